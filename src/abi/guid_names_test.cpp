#include "abi/guid_names.h"

#include "abi/guid.h"

#pragma clang diagnostic ignored "-Wmissing-braces"
#include <gtest/gtest.h>

namespace ksbox {
namespace {

TEST(GuidNames, OnesGivenByTextMatchTheHeadersNumbers) {
    constexpr GUID capture = {STATIC_KSCATEGORY_CAPTURE}, pcm = {STATIC_KSDATAFORMAT_SUBTYPE_PCM};
    constexpr GUID standard = {STATIC_KSINTERFACESETID_Standard};
    EXPECT_EQ(KSCATEGORY_CAPTURE, capture);
    EXPECT_EQ(KSDATAFORMAT_SUBTYPE_PCM, pcm);
    EXPECT_EQ(KSINTERFACESETID_Standard, standard);
    EXPECT_GT(known_guids().size(), 800u);
}

TEST(GuidNames, AreWhatPeopleSay) {
    EXPECT_EQ(guid_name(to_guid(KSCATEGORY_CAPTURE)), "KSCATEGORY_CAPTURE");
    EXPECT_EQ(guid_name(to_guid(KSDATAFORMAT_SUBTYPE_PCM)), "PCM");
    EXPECT_EQ(guid_name(to_guid(KSDATAFORMAT_TYPE_AUDIO)), "AUDIO");
    EXPECT_EQ(guid_name(to_guid(KSDATAFORMAT_SUBTYPE_YUY2)), "YUY2");
    EXPECT_EQ(guid_name(to_guid(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)), "WAVEFORMATEX");
    EXPECT_EQ(guid_name(to_guid(KSPROPSETID_Connection)), "KSPROPSETID_Connection");
    EXPECT_EQ(guid_name(to_guid(IID_IUnknown)), "IID_IUnknown");
    EXPECT_EQ(guid_name(to_guid(PINNAME_VIDEO_CAPTURE)), "PINNAME_VIDEO_CAPTURE");
}

TEST(GuidNames, FamilyOfFourCharacterCodes) {
    EXPECT_EQ(guid_name(*Guid::parse("34363248-0000-0010-8000-00AA00389B71")), "H264");
    EXPECT_EQ(guid_name(*Guid::parse("47504A4D-0000-0010-8000-00AA00389B71")), "MJPG");
    EXPECT_EQ(guid_name(*Guid::parse("00000177-0000-0010-8000-00AA00389B71")),
              "WAVE_FORMAT_0x0177");
}

TEST(GuidNames, UnknownStaysInBraces) {
    constexpr const char *text = "{01234567-89AB-CDEF-0123-456789ABCDEF}";
    EXPECT_EQ(guid_name(*Guid::parse(text)), text);
    EXPECT_EQ(guid_by_name(text), Guid::parse(text));
    EXPECT_EQ(guid_symbol(*Guid::parse(text)), "");
}

TEST(GuidNames, PrefixChoosesBetweenNamesOfOneValue) {
    EXPECT_EQ(guid_symbol(to_guid(KSCATEGORY_CLOCK), "KSNAME_"), "KSNAME_Clock");
    EXPECT_EQ(guid_symbol(to_guid(KSCATEGORY_CLOCK), "KSCATEGORY_"), "KSCATEGORY_CLOCK");
}

TEST(GuidNames, AreFoundByName) {
    EXPECT_EQ(guid_by_name("kscategory_capture"), to_guid(KSCATEGORY_CAPTURE));
    EXPECT_EQ(guid_by_name("Connection", "KSPROPSETID_"), to_guid(KSPROPSETID_Connection));
    EXPECT_EQ(guid_by_name("YUY2"), to_guid(KSDATAFORMAT_SUBTYPE_YUY2));
    EXPECT_FALSE(guid_by_name("nonsense"));
}

} // namespace
} // namespace ksbox
