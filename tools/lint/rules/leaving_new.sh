# `new T(KS_TRY(...))` has its memory before KS_TRY leaves the function, and nobody frees it.
reason='KS_TRY and KS_CHECK stand before a new-expression, not in its arguments'

rule_files() { source_files src tests bench tools fuzz; }

# From `new T(` or `new T{` to the end of the statement, which may be lines below.
rule_check() {
    xargs -r awk '
        FNR == 1 { open = 0 }
        {
            text = open ? $0 : ""
            if (!open && match($0, /(^|[^A-Za-z0-9_])new [A-Za-z_][A-Za-z0-9_:<>]*[({]/)) {
                text = substr($0, RSTART); open = 1
            }
            if (text == "") next
            end = index(text, ";")
            if (end) { text = substr(text, 1, end); open = 0 }
            if (text ~ /KS_(TRY|CHECK)\(/) print FILENAME ":" FNR ": " $0
        }'
}

rule_plant() { mkdir -p src/ks && printf 'auto a = new A(\n    KS_TRY(b()));\n' >src/ks/a.cpp; }
rule_innocent() { mkdir -p src/ks && printf 'auto b = KS_TRY(c());\nauto d = new D(b);\nKS_CHECK(d->e());\n' >src/ks/b.cpp; }
