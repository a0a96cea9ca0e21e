# The coverage page joins tests and behaviours by the test's name.
reason='a test in tests/conformance begins its name with the ID of a line in docs/behaviours.md'

rule_files() { source_files tests/conformance; }

# Up to the first part that is no ID, each part is a known one; the name may be on the next line.
rule_check() {
    xargs -r awk -v list=docs/behaviours.md '
        BEGIN { while ((getline line < list) > 0) if (match(line, /^- [A-Z][0-9]+[a-z]? /)) known[substr(line, 3, RLENGTH - 3)] = 1 }
        function check(name, parts, i) {
            split(name, parts, "_")
            if (!(parts[1] in known)) { print FILENAME ":" FNR ": " name; return }
            for (i = 2; i in parts && parts[i] ~ /^[A-Z][0-9]+[a-z]?$/; ++i)
                if (!(parts[i] in known)) print FILENAME ":" FNR ": " name
        }
        FNR == 1 { open = "" }
        open != "" { open = open $0 }
        /^ *(TEST|TEST_F|TEST_P|TYPED_TEST) *\(/ { open = $0 }
        open ~ /,/ && match(open, /, *[A-Za-z0-9_]+ *\)/) {
            name = substr(open, RSTART, RLENGTH); gsub(/[ ,)]/, "", name); check(name); open = ""
        }'
}

rule_plant() {
    mkdir -p docs tests/conformance
    echo '- A1 [S] One. (p)' >docs/behaviours.md
    echo 'TEST_P(Creating, A2_IsNotThere) {' >tests/conformance/a_test.cpp
}
rule_innocent() {
    mkdir -p docs tests/conformance
    printf -- '- A1 [S] One. (p)\n- C1a [S] Two. (p)\n' >docs/behaviours.md
    printf 'TEST_P(Creating,\n       A1_C1a_inferred_Works) {\nTEST(X, A1_Y) {\n' >tests/conformance/b_test.cpp
}
