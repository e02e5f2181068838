# Read by the scripts that run a resolver in namespaces of its own: the agent beside it, and what is asked of both under
# `== title` lines. They set folder (of the test), node, rollcall, resolver (its name), address (where it answers).
PATH=$PATH:/usr/sbin:/sbin

start_agent() {
  "$node" "$rollcall" agent -server -bootstrap-expect=1 -data-dir "$folder/data" -config-file "$folder/agent.json" \
    > "$folder/agent.log" 2>&1 &
  agent=$!
  for _ in $(seq 200); do grep -q '^ready' "$folder/agent.log" && return; sleep 0.05; done
  cat "$folder/agent.log"; exit 4
}

ask() { dig "@$address" "$@" +time=1 +tries=1 +noall +comments +answer; }

run_resolver_command() {
  "$node" "$rollcall" resolver "$@" -resolver "$resolver" 2>&1
  echo "exit $?"
}

ask_questions() {
  echo '== check'; run_resolver_command check
  echo '== hit'; ask web.service.consul A
  echo '== miss'; ask absent.service.consul A
  echo '== no data'; ask web.service.consul AAAA
  echo '== cut'; ask large.service.consul A +ignore
  echo '== whole'; ask large.service.consul A
  echo '== restart'
  while [ ! -e "$folder/over" ]; do ask web.service.consul A; sleep 0.1; done &
  asking=$!
  kill "$agent"; wait "$agent"
  start_agent
  for _ in $(seq 100); do ask web.service.consul A | grep -q '10\.1\.1\.1' && break; sleep 0.1; done
  touch "$folder/over"; wait "$asking"
  ask web.service.consul A
}
