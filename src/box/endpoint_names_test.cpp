#include <gtest/gtest.h>

#include "ksbox/endpoint.h"
#include "ksbox/guid_names.h"

namespace ksbox {
namespace {

std::string name(const char *symbol, DataFlow flow = DataFlow::in) {
    return endpoint_name(*guid_by_name(symbol), flow);
}

TEST(EndpointNames, AreThoseThatPeopleKnow) {
    EXPECT_EQ(name("KSNODETYPE_SPEAKER"), "Speakers");
    EXPECT_EQ(name("KSNODETYPE_HEADPHONES"), "Headphones");
    EXPECT_EQ(name("KSNODETYPE_MICROPHONE", DataFlow::out), "Microphone");
    EXPECT_EQ(name("KSNODETYPE_MICROPHONE_ARRAY", DataFlow::out), "Microphone Array");
    EXPECT_EQ(name("KSNODETYPE_LINE_CONNECTOR"), "Line Out");
    EXPECT_EQ(name("KSNODETYPE_LINE_CONNECTOR", DataFlow::out), "Line In");
    EXPECT_EQ(name("KSNODETYPE_CD_PLAYER"), "CD Player");
    EXPECT_EQ(name("KSNODETYPE_SPDIF_INTERFACE"), "Digital Audio (S/PDIF)");
}

TEST(EndpointNames, KnowWhatTheHeadersLack) {
    const auto of = [](const char *guid) {
        return endpoint_name(*Guid::parse(guid), DataFlow::in);
    };
    EXPECT_EQ(of("D1B9CC2A-F519-417F-91C9-55FA65481001"), "Digital Audio (HDMI)");
    EXPECT_EQ(of("E47E4031-3EA6-418D-8F9B-B73843CCBA97"), "Digital Audio (DisplayPort)");
    EXPECT_EQ(of("12345678-3EA6-418D-8F9B-B73843CCBA97"), "");
}

TEST(EndpointNames, CategoriesOfPinsAndFiltersAreNone) {
    EXPECT_EQ(name("KSCATEGORY_AUDIO"), "");
    EXPECT_EQ(name("PINNAME_CAPTURE"), "");
}

TEST(EndpointNames, HaveTheDeviceBehindThem) {
    EndpointFacts facts{.name = "Speakers", .adapter = "Card"};
    EXPECT_EQ(facts.full_name(), "Speakers (Card)");
    facts.adapter = "Speakers";
    EXPECT_EQ(facts.full_name(), "Speakers");
}

} // namespace
} // namespace ksbox
