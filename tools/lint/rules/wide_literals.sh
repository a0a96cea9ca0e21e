# wchar_t is 4 bytes here; WCHAR is char16_t.
reason='host code spells Windows strings u"…": L"…" is 32-bit on Linux'

# Drivers, wdk/ and drivers of tests are built for Windows and spell it L"…".
rule_files() { source_files src include tests bench fuzz | grep -vE '(^|/)drivers/' || true; }

rule_check() { code_matches '(^|[^A-Za-z0-9_"'"'"'])L["'"'"']'; }

rule_plant() { mkdir -p src/ks && echo 'auto name = L"filter";' >src/ks/a.cpp; }
rule_innocent() {
    mkdir -p src/ks tests/drivers
    echo 'auto name = u"filter"; ULL("x");' >src/ks/b.cpp
    echo 'auto name = L"filter";' >tests/drivers/d.cpp
}
