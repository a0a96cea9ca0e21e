# The tree builds on any machine, and says nothing about the one it was written on.
reason='no path of one machine (home folders, work folders) in the tree'

rule_files() {
    tracked_files | grep -vE '^(tools/lint/rules/machine_paths\.sh|LICENSE|tests/data/)' || true
}

# Binary files too: a compiled seed carries the folder that it was compiled in.
rule_check() {
    xargs -r grep -nE '(^|[^A-Za-z0-9_.$}/-])/(home|root|work|Users|mnt|media|srv)/[A-Za-z0-9_.+-]' || true
}

rule_plant() { echo 'see /home/someone/notes' >a.md; }
rule_innocent() { echo 'docs/work/notes, https://example.org/home/page, $HOME/x' >b.md; }
