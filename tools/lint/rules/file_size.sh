# Small files, one idea each, are how a reader finds a step of the flow by its path.
reason='aim for headers up to 150 lines and sources up to 400'
severity=warning

rule_files() { source_files src include wdk drivers tests fuzz bench | grep -v '_test\.cpp$' || true; }

rule_check() {
    xargs -r wc -l | awk '$2 != "total" && $1 > ($2 ~ /\.h$/ ? 150 : 400) { print $2 ":1: " $1 " lines" }'
}

rule_plant() { mkdir -p src/ks && seq 151 >src/ks/a.h; }
rule_innocent() { mkdir -p src/ks && seq 400 >src/ks/b.cpp; }
