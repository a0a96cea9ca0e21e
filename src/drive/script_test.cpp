#include "drive/script.h"

#include <gtest/gtest.h>

#include "drive/line.h"

namespace ksbox::drive {
namespace {

Script parsed(std::string_view text) {
    auto script = Script::parse(text);
    if (!script) {
        ADD_FAILURE() << script.error().place.line << ":" << script.error().place.column << ": "
                      << script.error().text;
        return {};
    }
    return std::move(*script);
}

template <typename T> T last(std::string_view text) {
    const Script script = parsed(text);
    const T *action =
        script.commands.empty() ? nullptr : std::get_if<T>(&script.commands.back().action);
    EXPECT_NE(action, nullptr) << text;
    return action != nullptr ? *action : T{};
}

// Opened and connected, for what comes behind.
constexpr std::string_view ready = "open w Wave\nconnect p w 0\n";
std::string behind(std::string_view line) {
    return std::string(ready) + std::string(line);
}

TEST(DriveScript, ReadsEveryCommand) {
    EXPECT_EQ(last<LoadDriver>("driver \"my driver.sys\" # a comment").file.text, "my driver.sys");
    EXPECT_EQ(last<Open>("open w Wave").filter.text, "Wave");
    const auto connect =
        last<Connect>("open w Wave\nconnect p w 3 rate=48000 bits=16 channels=2 float like in.wav");
    EXPECT_EQ(connect.name.text, "p");
    EXPECT_EQ(connect.filter->text, "w");
    EXPECT_EQ(connect.pin, 3u);
    EXPECT_EQ(connect.format.rate_hz, 48'000u);
    EXPECT_EQ(connect.format.bits, 16u);
    EXPECT_EQ(connect.format.channels, 2u);
    EXPECT_TRUE(connect.format.is_float);
    EXPECT_EQ(connect.format.like->text, "in.wav");
    EXPECT_TRUE(last<Connect>(ready).format.is_pins_own());
    const auto to = last<Connect>(behind("connect q w 1 to p rate=8000"));
    EXPECT_EQ(to.to->text, "p");
    EXPECT_FALSE(to.format.is_pins_own());
    const Script drivers = parsed("driver a.sys\ndriver b.sys\nsuspend");
    ASSERT_EQ(drivers.commands.size(), 3u);
    EXPECT_EQ(std::get<LoadDriver>(drivers.commands[1].action).file.text, "b.sys");
    EXPECT_EQ(last<Connect>("connect p endpoint \"Line In\"").endpoint->text, "Line In");
    EXPECT_EQ(last<SetState>(behind("state p pause")).state, State::pause);
    const auto get = last<Get>(behind("get w Audio.MUTE node=1 channel=-1 pin=2 is-not on"));
    EXPECT_EQ(get.property.text, "Audio.MUTE");
    EXPECT_EQ(get.selectors.node, 1u);
    EXPECT_EQ(get.selectors.channel, -1);
    EXPECT_EQ(get.selectors.pin, 2u);
    EXPECT_EQ(get.value->text, "on");
    EXPECT_TRUE(get.negated);
    EXPECT_FALSE(last<Get>(behind("get p Connection.STATE is run")).negated);
    EXPECT_FALSE(last<Get>(behind("get p Connection.STATE")).value);
    EXPECT_EQ(last<Set>(behind("set w Audio.VOLUMELEVEL \"-6 dB\" node=0")).value.text, "-6 dB");
    EXPECT_EQ(last<Play>(behind("play p a.flac")).file->text, "a.flac");
    EXPECT_EQ(last<Play>(behind("play p noise 2s")).time_100ns, 20'000'000u);
    EXPECT_EQ(last<Play>(behind("play p tone 2s")).sound, Sound::tone);
    EXPECT_EQ(last<Play>(behind("play p silence 2s")).sound, Sound::silence);
    const Script recorded = parsed(behind("record p 1 min to a.wav\nfinish p"));
    ASSERT_EQ(recorded.commands.size(), 4u);
    const auto &record = std::get<Record>(recorded.commands[2].action);
    EXPECT_EQ(record.time_100ns, 600'000'000u);
    EXPECT_EQ(record.file->text, "a.wav");
    EXPECT_EQ(last<Finish>(behind("record p 1 s\nfinish p")).pin.text, "p");
    EXPECT_TRUE(last<MoveJack>("plug Speakers").plugged);
    const auto unplug = last<MoveJack>("unplug Speakers by {x}.0");
    EXPECT_FALSE(unplug.plugged);
    EXPECT_EQ(unplug.property->text, "{x}.0");
    EXPECT_EQ(last<SystemPower>("suspend"), SystemPower::suspend);
    EXPECT_EQ(last<SystemPower>("resume"), SystemPower::resume);
    EXPECT_EQ(last<ChangeDevice>("surprise-remove").change, DeviceChange::surprise_remove);
    EXPECT_EQ(last<ChangeDevice>("remove").change, DeviceChange::remove);
    EXPECT_EQ(last<ChangeDevice>("insert").change, DeviceChange::insert);
    EXPECT_EQ(last<ChangeDevice>("insert").driver, std::nullopt);
    EXPECT_EQ(last<ChangeDevice>("remove gain.sys").driver->text, "gain.sys");
    EXPECT_EQ(last<Close>(behind("close p")).name.text, "p");
    EXPECT_EQ(last<Wait>("wait 500us").time_100ns, 5'000u);
    EXPECT_EQ(last<Wait>("wait 24 h").time_100ns, 864'000'000'000u);
}

TEST(DriveScript, ReadsExpectations) {
    constexpr std::string_view heard =
        "connect p endpoint a\nconnect q endpoint b\nplay p noise 1s\n"
        "record q 1s\nfinish p\nfinish q\n";
    const auto sound = [&](std::string_view line) {
        return last<ExpectSound>(std::string(heard) + std::string(line));
    };
    EXPECT_TRUE(sound("expect q contains p").other_is_pin);
    EXPECT_FALSE(sound("expect q contains \"p\"").other_is_pin);
    EXPECT_EQ(sound("expect q equals a.wav").heard, Heard::equals);
    EXPECT_EQ(sound("expect q silence").heard, Heard::silent);
    EXPECT_EQ(sound("expect q sound").heard, Heard::something);
    EXPECT_EQ(sound("close q\nexpect q silence").heard, Heard::silent); // it has been heard
    EXPECT_TRUE(last<ExpectJack>("expect Speakers plugged").plugged);
    EXPECT_FALSE(last<ExpectJack>("expect \"Line In\" unplugged").plugged);
    EXPECT_EQ(last<ExpectOrder>("expect order NewStream \"a b\"").events[1].text, "a b");
}

TEST(DriveScript, ReadsRefusals) {
    const auto refusal = [](std::string_view line) {
        const Script script = parsed(line);
        return script.commands.at(0).refusal.value();
    };
    EXPECT_EQ(refusal("suspend -> STATUS_DEVICE_BUSY").code, 0x80000011u);
    EXPECT_EQ(refusal("suspend -> 0x80070491").code, 0x80070491u);
    const Refusal any = refusal("suspend -> fails \"no way\"");
    EXPECT_FALSE(any.code);
    EXPECT_EQ(any.text, "no way");
    EXPECT_EQ(any.place, (Place{1, 12}));
    EXPECT_FALSE(parsed("suspend").commands[0].refusal);
}

TEST(DriveScript, PlacesAreThoseOfTheFile) {
    const Script script = parsed("\xEF\xBB\xBF# what it is\r\n\r\n  suspend\r\n\twait 1s");
    ASSERT_EQ(script.commands.size(), 2u);
    EXPECT_EQ(script.commands[0].place, (Place{3, 3}));
    EXPECT_EQ(script.commands[1].place, (Place{4, 2}));
}

struct Bad {
    std::string_view text;
    Place place;
    std::string_view says;
};

TEST(DriveScript, EveryMistakeIsAnsweredWithItsPlace) {
    const Bad all[] = {
        {"", {1, 1}, "no command"},
        {"# only a comment\n\n", {1, 1}, "no command"},
        {"suspned", {1, 1}, "'suspned' is no command; there are driver, open"},
        {"\"suspend\"", {1, 1}, "is no command"},
        {"open \"w Wave", {1, 6}, "a quotation mark without its end"},
        {"open w \"a\\b\"", {1, 10}, "a backslash in quotation marks"},
        {"open w \"a\\", {1, 10}, "a backslash in quotation marks"},
        {"open w \"a\"b", {1, 11}, "a blank is missing"},
        {"open w a\x01", {1, 9}, "no text"},
        {"open", {1, 5}, "a name is missing (open NAME FILTER)"},
        {"open w", {1, 7}, "a filter is missing"},
        {"open 1 Wave", {1, 6}, "'1' is no name"},
        {"open w$ Wave", {1, 6}, "is no name"},
        {"open \"w\" Wave", {1, 6}, "is no name"},
        {"open w Wave x", {1, 13}, "'x' is too much"},
        {"open w Wave\nopen w Wave", {2, 6}, "is the name of something already"},
        {"suspend\ndriver a.sys", {2, 8}, "drivers are named first"},
        {"driver", {1, 7}, "a file is missing"},
        {"connect p", {1, 10}, "a filter, or 'endpoint' is missing"},
        {"connect p w 0", {1, 11}, "nothing is called 'w'; nothing is open"},
        {"connect p endpoint", {1, 19}, "an endpoint is missing"},
        {"open w Wave\nconnect p w", {2, 12}, "a pin is missing"},
        {"open w Wave\nconnect p w x", {2, 13}, "'x' is no number for a pin"},
        {"open w Wave\nconnect p w 99999999999", {2, 13}, "is no number for a pin"},
        {"open w Wave\nconnect p w 0 rate=fast", {2, 20}, "'fast' is no number for rate"},
        {"open w Wave\nconnect p w 0 bits=65", {2, 20}, "'65' is no number for bits"},
        {"open w Wave\nconnect p w 0 speed=1", {2, 15}, "'speed=1' is too much"},
        {"open w Wave\nconnect p w 0 like", {2, 19}, "a file is missing"},
        {"open w Wave\nconnect p w 0 to", {2, 17}, "a pin is missing"},
        {"open w Wave\nconnect p w 0 to w", {2, 18}, "'w' is a filter, not a pin"},
        {"open w Wave\nconnect p w 0 to q", {2, 18}, "nothing is called 'q'"},
        {"open w Wave\nstate w run", {2, 7}, "'w' is a filter, not a pin"},
        {"open w Wave\nconnect p w 0\nconnect q p 0", {3, 11}, "'p' is a pin, not a filter"},
        {"open w Wave\nconnect p w 0\nstate p", {3, 8}, "a state is missing"},
        {"open w Wave\nconnect p w 0\nstate p walk", {3, 9}, "'walk' is no state"},
        {"open w Wave -> fails\nclose w", {2, 7}, "nothing is called 'w'"},
        {"open w Wave\nclose w\nclose w", {3, 7}, "'w' is closed; nothing is open"},
        {"open w Wave\nget w", {2, 6}, "a property is missing"},
        {"open w Wave\nget x Pin.CTYPES", {2, 5}, "nothing is called 'x'; open are w"},
        {"open w Wave\nget w Pin.CTYPES is", {2, 20}, "a value is missing"},
        {"open w Wave\nget w Pin.CTYPES node=-1", {2, 23}, "'-1' is no number for node"},
        {"open w Wave\nset w Audio.MUTE", {2, 17}, "a value is missing"},
        {"open w Wave\nconnect p w 0\nplay p", {3, 7}, "a file, noise, tone or silence is missing"},
        {"open w Wave\nconnect p w 0\nplay p noise", {3, 13}, "a duration is missing"},
        {"open w Wave\nconnect p w 0\nplay p noise 0s", {3, 14}, "nothing would be played"},
        {"open w Wave\nconnect p w 0\nrecord p 0s", {3, 10}, "nothing would be recorded"},
        {"open w Wave\nconnect p w 0\nrecord p 1s to", {3, 15}, "a file is missing"},
        {"open w Wave\nconnect p w 0\nplay p a.wav\nplay p a.wav", {4, 6}, "streams already"},
        {"open w Wave\nconnect p w 0\nfinish p", {3, 8}, "neither plays nor records"},
        {"wait", {1, 5}, "a duration is missing"},
        {"wait soon", {1, 6}, "'soon' is no duration"},
        {"wait 10", {1, 8}, "a unit (us, ms, s, min, h) is missing"},
        {"wait 10 days", {1, 9}, "'days' is no unit"},
        {"wait 10days", {1, 8}, "'days' is no unit"},
        {"wait 25 h", {1, 6}, "longer than a day"},
        {"wait 99999999999999999999s", {1, 6}, "is no duration"},
        {"suspend now", {1, 9}, "'now' is too much"},
        {"unplug", {1, 7}, "an endpoint is missing"},
        {"unplug a by", {1, 12}, "a property is missing"},
        {"suspend ->", {1, 11}, "a status, a number, or 'fails' is missing"},
        {"suspend -> BUSY", {1, 12}, "'BUSY' is no status"},
        {"suspend -> STATUS_SUCCESS", {1, 12}, "STATUS_SUCCESS is no failure"},
        {"suspend -> 0x1ffffffff", {1, 12}, "is no code of 32 bits"},
        {"suspend -> fails a b", {1, 20}, "'b' is too much"},
        {"open w -> fails", {1, 8}, "a filter is missing"},
        {"expect", {1, 7}, "a pin, an endpoint, or 'order' is missing"},
        {"expect a", {1, 9}, "contains, equals, sound, silence, plugged or unplugged is missing"},
        {"expect a loud", {1, 10}, "plugged or unplugged is missing"},
        {"expect order", {1, 13}, "an event is missing"},
        {"expect order \"\"", {1, 14}, "every event has that"},
        {"open w Wave\nconnect p w 0\nexpect p silence", {3, 8}, "'p' has not recorded anything"},
        {"open w Wave\nconnect p w 0\nrecord p 1s\nexpect p silence", {4, 8}, "still streams"},
        {"open w Wave\nconnect p w 0\nrecord p 1s\nclose p\nexpect p silence",
         {5, 8},
         "'p' was closed before its recording was finished"},
        {"open w Wave\nconnect p w 0\nrecord p 1s to a.wav\nclose p",
         {4, 7},
         "'p' still records to a.wav, which is written when it is finished"},
        {"open w Wave\nconnect p w 0\nrecord p 1s to a.wav\nwait 2s",
         {3, 16},
         "a.wav is never written: there is no 'finish p' behind it"},
        {"open w Wave\nconnect p w 0\nrecord p 1s\nfinish p\nexpect p contains",
         {5, 18},
         "a pin that has played, or a file is missing"},
        {"open w Wave\nconnect p w 0\nrecord p 1s\nfinish p\nexpect p contains w",
         {5, 19},
         "'w' has not played anything"},
    };
    for (const Bad &bad : all) {
        SCOPED_TRACE(std::string(bad.text));
        const auto script = Script::parse(bad.text);
        ASSERT_FALSE(script);
        EXPECT_EQ(script.error().place.line, bad.place.line) << script.error().text;
        EXPECT_EQ(script.error().place.column, bad.place.column) << script.error().text;
        EXPECT_NE(script.error().text.find(bad.says), std::string::npos) << script.error().text;
    }
}

TEST(DriveScript, ACommandThatShallFailNamesNothingAndStartsNothing) {
    parsed("open w Wave -> fails\nopen w Wave");
    parsed("open w Wave\nconnect p w 0\nplay p noise 1s -> fails\nplay p noise 1s");
    parsed("open w Wave\nconnect p w 0\nrecord p 1s to a.wav -> fails\nclose p");
}

TEST(DriveScript, EveryCommandHasAUsage) {
    EXPECT_EQ(usages().size(), 19u);
    for (const Usage &usage : usages()) {
        EXPECT_FALSE(usage.form.empty());
        EXPECT_FALSE(usage.meaning.empty());
    }
}

} // namespace
} // namespace ksbox::drive
