# What is not done fails loudly at run time; a mark in the source is seen by nobody.
reason='no marks of unfinished work: finish it, or make it fail loudly'

rule_files() {
    tracked_files | grep -vE '^(tools/lint/rules/unfinished_marks\.sh|tests/data/)' || true
}

rule_check() { xargs -r grep -InwE 'TODO|FIXME|XXX|HACK' || true; }

rule_plant() { echo '// TODO: write it' >a.cpp; }
rule_innocent() { echo '// nothing to do: methodology' >b.cpp; }
