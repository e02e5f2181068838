/** Files of sections and `key=value` lines, as systemd and NetworkManager have them. */

export interface IniEntry {
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

export function readIni(text: string): readonly IniEntry[] {
  let section = '';
  return text.split('\n').flatMap((line) => {
    const trimmed = line.trim();
    if (/^[#;]/.test(trimmed)) return [];
    const head = /^\[([^\]]+)\]$/.exec(trimmed)?.[1];
    if (head !== undefined) section = head;
    const [, key, value] = /^([^=[]+?)\s*=\s*(.*)$/.exec(trimmed) ?? [];
    return key === undefined ? [] : [{ section, key, value: value ?? '' }];
  });
}
