# The layers, bottom to top. CMake enforces the link order; this sees a stray #include.
reason='a folder includes only what stands below it: base, abi, nt | loader, ks, portcls kmdf wsk sysaudio mixer, broker ksuser, box, filters, cli'

rule_files() { source_files src | grep -vE '_test\.cpp$' || true; }

rule_check() {
    xargs -r awk '
        BEGIN {
            below["base"] = " "
            below["abi"] = " base "
            below["nt"] = " base abi "
            below["loader"] = " base abi " # knows nothing of nt: it takes a symbol resolver
            below["ks"] = " base abi nt loader "
            below["portcls"] = below["sysaudio"] = below["mixer"] = below["ks"] "ks "
            below["kmdf"] = below["wsk"] = " base abi nt "
            below["inf"] = " base abi nt "
            below["broker"] = " base abi nt ks "
            below["ksuser"] = below["ks"] "ks broker "
            below["box"] = below["portcls"] "portcls kmdf wsk inf sysaudio mixer ksuser broker "
            below["build"] = below["drive"] = below["media"] = below["pipewire"] = " base "
            below["filters"] = below["box"] "box media " # a library of its own above the box
            below["cli"] = " base box build drive filters media pipewire " # Box is the API; the tools use nothing beneath it
        }
        match($0, /^ *# *include *"[a-z]+\//) {
            split(FILENAME, path, "/"); from = path[2]
            to = substr($0, RSTART, RLENGTH); sub(/.*"/, "", to); sub(/\//, "", to)
            if (to == from || !(to in below) || !(from in below)) next
            if (index(below[from], " " to " ") == 0) print FILENAME ":" FNR ": " $0
        }'
}

rule_plant() { mkdir -p src/loader && echo '#include "nt/kernel.h"' >src/loader/a.cpp; }
rule_innocent() { mkdir -p src/ks && printf '#include "nt/kernel.h"\n#include "ks/pin.h"\n' >src/ks/b.cpp; }
