// ksbox why, and why play and record are refused.
#include "e2e/command.h"

namespace e2e {
namespace {

class Why : public Command {};

TEST_F(Why, APinThatTakesItsFormatSaysWhatItWaitsFor) {
    const Outcome outcome = ksbox({"why", driver("meter"), "--rate", "44100"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out.find("\x1b["), std::string::npos); // no terminal, no colour
    EXPECT_NE(outcome.out.find("pin 0 of meter takes PCM 16 bit, 2 channels, 44100 Hz"),
              std::string::npos)
        << outcome.out;
    EXPECT_NE(outcome.out.find("in RUN it waits: no frame is queued at meter/1/0.1: its client has "
                               "sent none"),
              std::string::npos)
        << outcome.out;
}

// KS without AVStream: what it waits for, and what speaks against a format, only its driver knows.
TEST_F(Why, APinThatIsNotOfAvStream) {
    const Outcome taken = ksbox({"why", driver("plain_ks")});
    EXPECT_EQ(taken.code, 0) << taken.err;
    EXPECT_EQ(taken.err, "");
    EXPECT_NE(taken.out.find(" takes PCM 16 bit, 2 channels, 48000 Hz\n"), std::string::npos)
        << taken.out;
    EXPECT_EQ(taken.out.find("refuses"), std::string::npos) << taken.out;
    const Outcome refused = ksbox({"why", driver("plain_ks"), "--rate", "4000"});
    EXPECT_EQ(refused.code, 1) << refused.err;
    EXPECT_EQ(refused.err, "");
    EXPECT_NE(refused.out.find(" refuses PCM 16 bit, 2 channels, 4000 Hz\n"), std::string::npos)
        << refused.out;
}

TEST_F(Why, APinThatDoesNotGetToRun) {
    const Outcome outcome = ksbox({"why", driver("gain"), "--pin", "0"});
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    EXPECT_NE(
        outcome.out.find("it does not get to RUN: pin factory 1 needs 1 instance before a pin "
                         "of the filter changes its state, and none exists"),
        std::string::npos)
        << outcome.out;
}

TEST_F(Why, ARecordingThatStallsSaysWhatThePinWaitsFor) {
    const std::string line =
        refusal({"record", file("out.wav"), "--driver", driver("cable"), "--pin", "1"}, 1);
    EXPECT_EQ(line,
              "ksbox: the capture pin gave no frame for 10 s; it waits: a frame is queued, and "
              "KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING leaves it to the driver to call "
              "KsPinAttemptProcessing\n");
}

TEST_F(Why, ARefusedFormatNamesRangeAndBothValues) {
    const Outcome outcome = ksbox({"why", driver("cable"), "--pin", "0", "--rate", "400000"});
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    EXPECT_NE(outcome.out.find("pin 0 of cable refuses PCM"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("the range takes 8000 to 192000 Hz, the format has 400000"),
              std::string::npos)
        << outcome.out;
}

TEST_F(Why, EverythingThatSpeaksAgainstIt) {
    const Outcome outcome = ksbox({"why", driver("camera"), "--rate", "44100"});
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    EXPECT_NE(outcome.out.find("none of the 9 data ranges takes the format"), std::string::npos)
        << outcome.out;
    EXPECT_NE(outcome.out.find("- range 9 of pin factory 0 has the major format VIDEO; the format "
                               "has AUDIO"),
              std::string::npos)
        << outcome.out;
}

TEST_F(Why, APinThatIsNotThere) {
    const Outcome outcome = ksbox({"why", driver("cable"), "--pin", "7"});
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    EXPECT_NE(outcome.out.find("pin ID 7 is out of range: the filter has 2 pin factories"),
              std::string::npos)
        << outcome.out;
}

} // namespace
} // namespace e2e
