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
    const HeaderFacts client = client_header_facts();
    ASSERT_EQ(client.size(), windows.size());
    for (std::size_t i = 0; i < client.size(); ++i)
        EXPECT_EQ(client[i], windows[i]);
}

} // namespace
} // namespace ksbox::ksuser
