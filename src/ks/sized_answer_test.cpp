#include "ks/sized_answer.h"

#include <gtest/gtest.h>

namespace ksbox::ks {
namespace {

TEST(SizedAnswer, D8NothingOfferedGivesTheSize) {
    const auto answer = sized_list_answer(40, 0);
    EXPECT_EQ(answer.status, STATUS_BUFFER_OVERFLOW);
    EXPECT_EQ(answer.information, 40u);
    EXPECT_FALSE(answer.all || answer.header_only);
}

TEST(SizedAnswer, D8AHeaderGivesSizeAndCount) {
    const auto answer = sized_list_answer(40, sizeof(KSMULTIPLE_ITEM));
    EXPECT_EQ(answer.status, STATUS_SUCCESS);
    EXPECT_EQ(answer.information, sizeof(KSMULTIPLE_ITEM));
    EXPECT_TRUE(answer.header_only);
}

TEST(SizedAnswer, D8MoreButTooLittleIsTooSmall) {
    for (const ULONG offered : {1u, 7u, 9u, 39u}) {
        const auto answer = sized_list_answer(40, offered);
        EXPECT_EQ(answer.status, STATUS_BUFFER_TOO_SMALL) << offered;
        EXPECT_EQ(answer.information, 0u);
    }
}

TEST(SizedAnswer, D8EnoughGivesAll) {
    for (const ULONG offered : {40u, 41u, 4096u})
        EXPECT_TRUE(sized_list_answer(40, offered).all) << offered;
    // An empty list is only its header.
    EXPECT_TRUE(sized_list_answer(sizeof(KSMULTIPLE_ITEM), sizeof(KSMULTIPLE_ITEM)).all);
}

TEST(SizedAnswer, E4PlainValuesHaveNoHeader) {
    EXPECT_EQ(sized_value_answer(40, 0).status, STATUS_BUFFER_OVERFLOW);
    EXPECT_EQ(sized_value_answer(40, 8).status, STATUS_BUFFER_TOO_SMALL);
    EXPECT_TRUE(sized_value_answer(40, 40).all);
}

} // namespace
} // namespace ksbox::ks
