# A conformance test that saw the inside could pass while what drivers and clients see is wrong.
reason='tests/conformance and its drivers include ksbox/, tests/support, their own headers and the Windows headers: nothing of src/'

# What the tests include: themselves, what they share, and the headers of drivers.
rule_files() { source_files tests/conformance tests/support tests/samples tests/drivers; }

# In quotes: ksbox/, a folder of tests/ by its path, or a file beside. In brackets: no folder, but
# for those of the system and of the libraries named here.
rule_check() {
    xargs -r awk '
        match($0, /^ *# *include *["<][^">]+[">]/) {
            name = substr($0, RSTART, RLENGTH); sub(/^ *# *include */, "", name)
            quoted = substr(name, 1, 1) == "\""; name = substr(name, 2, length(name) - 2)
            if (name !~ /\//) next
            if (quoted && name ~ /^(ksbox|support|samples|conformance|drivers|shared)\//) next
            if (quoted && name ~ /^(\.\.\/)+(support|shared|drivers)\//) next
            if (!quoted && name ~ /^(sys|linux|gtest|gmock|nlohmann|ksbox)\//) next
            print FILENAME ":" FNR ": " $0
        }'
}

rule_plant() { mkdir -p tests/conformance && echo '#include "ks/pin.h"' >tests/conformance/a_test.cpp; }
rule_innocent() {
    mkdir -p tests/conformance tests/sim
    printf '#include "ksbox/ks.h"\n#include "drivers/pins/pins.h"\n#include "pins.h"\n#include <vector>\n#include <gtest/gtest.h>\n' >tests/conformance/b_test.cpp
    echo '#include "nt/kernel.h"' >tests/sim/c_test.cpp
}
