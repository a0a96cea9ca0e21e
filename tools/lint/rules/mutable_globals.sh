# Several boxes live in one process, so state belongs to a box. Read from the built objects
# (build/, the dev preset): the linker's view has no false positives.
reason='no mutable globals: a symbol in .data, .bss, .tdata or .tbss outlives and is shared by every box'

# thread_local current-thread pointers of ke and the sanitizer hooks of base are the known ones.
# After a build in build/; none (and so no finding) where nothing was built yet.
rule_files() {
    [ ! -d build/src ] || find build/src -name '*.cpp.o' ! -name '*_test.cpp.o' | LC_ALL=C sort
}

# Exempt: guard variables, what the compiler and the language runtime make themselves (vtables' and
# streams' initialisers), and the symbols named in allowed-globals.txt.
rule_check() {
    local allowed=${here:-.}/allowed-globals.txt
    xargs -r -n 50 llvm-objdump-19 --syms --demangle 2>/dev/null | awk -v allowed="$allowed" '
        BEGIN { while ((getline line < allowed) > 0) { sub(/ *#.*/, "", line); if (line != "") known[line] = 1 } }
        function is_known(name, pattern) {
            for (pattern in known) if (name ~ "^(" pattern ")$") return 1
            return 0
        }
        /:[ \t]+file format/ { file = $1; sub(/:$/, "", file); next }
        /^[0-9a-f]+ .* O \.(data|bss|tdata|tbss)([._][^ \t]*)?\t/ {
            if ($0 ~ /\.data\.rel\.ro/) next
            name = $0; sub(/^[^\t]*\t[0-9a-f]+ (\.hidden )?/, "", name)
            if (name ~ /^(DW\.ref\.|guard variable for|std::__ioinit|__sancov|__asan|_ZZ|\.L)/ || is_known(name)) next
            print file ":0: " name
        }'
}

compile() {
    mkdir -p build/src
    clang++-19 -c -x c++ -o "build/src/$1.cpp.o" -
}
rule_plant() { echo 'namespace ks { int pins_open = 0; int *count() { return &pins_open; } }' | compile a; }
rule_innocent() { echo 'namespace ks { extern const int limit = 3; const char *const names[] = {"a"}; const char *const *all() { return names; } }' | compile b; }
