// <ksbox/ks.h> declares what the Windows headers declare: same sizes, offsets, values and GUIDs.
#include "abi/windows.h"

#include "ksuser/testing/client_header.h"

#include <gtest/gtest.h>

namespace ksbox::ksuser {
namespace {

TEST(ClientHeader, AgreesWithTheWindowsHeaders) {
    const HeaderFacts windows = {
#include "ksuser/testing/client_header.inc"
    };
    EXPECT_EQ(client_header_facts(), windows);
}

} // namespace
} // namespace ksbox::ksuser
