// What <ksbox/ks.h> says, and nothing of the Windows headers: see windows_header_test.cpp.
#include "ksuser/testing/client_header.h"

#include "ksbox/ks.h"

namespace ksbox::ksuser {

HeaderFacts client_header_facts() {
    return {
#include "ksuser/testing/client_header.inc"
    };
}

} // namespace ksbox::ksuser
