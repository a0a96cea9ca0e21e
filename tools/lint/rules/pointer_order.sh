# Addresses of host objects and hash seeds differ from run to run; an order made of them does too.
reason='containers ordered or hashed by host pointer iterate differently in every run'

rule_files() { source_files src include | grep -vE '_test\.cpp$' || true; }

rule_check() {
    code_matches 'std::(unordered_(multi)?(map|set)|(multi)?(map|set)) *< *(const +)?[A-Za-z_][A-Za-z0-9_:]* *(const *)?\*|std::(hash|less|greater) *< *[A-Za-z_][A-Za-z0-9_:]* *\*'
}

rule_plant() { mkdir -p src/ks && echo 'std::unordered_map<Filter *, int> m;' >src/ks/a.cpp; }
rule_innocent() { mkdir -p src/ks && echo 'std::map<std::uint64_t, Filter *> m;' >src/ks/b.cpp; }
