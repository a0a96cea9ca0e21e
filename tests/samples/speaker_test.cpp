// The speaker: cyclic buffers looped back through volume and mute, AC-3 beside it, and the jack.
#include "cards.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ksbox/cyclic_buffer.h"

#include "../../drivers/speaker/speaker.h"

namespace ksbox::samples {
namespace {

using namespace ksbox::testing;

const Guid jack_set = *Guid::parse("4509F757-2D46-4637-8E62-CE7DB944F57B");
const Guid caps_set = *Guid::parse("DD4F192E-3B78-49AD-A534-2C315B822000");
const Guid speaker_set = *Guid::parse("8D7C2A5E-93B1-4E0F-A6C4-1B5D0F3E7A92");
constexpr std::uint32_t jack_description = 1, jack_description2 = 2, jack_info_change = 1;

class Speaker : public InBothModes {
  protected:
    static constexpr std::uint32_t rate = 48'000, frame_bytes = 4;
    /// Long enough that nothing comes round while a test looks, on a busy machine too.
    static constexpr std::uint32_t long_buffer = 10 * rate * frame_bytes;

    Pin create(std::uint32_t pin_id) { return wave.connect({.pin_id = pin_id, .format = stereo}); }
    /// What the capture pin records while `data` is played.
    std::vector<std::byte> record_while_playing(std::span<const std::byte> data) {
        Pin in = create(WAVE_RENDER), out = create(WAVE_CAPTURE);
        CyclicBuffer played(in, long_buffer), recorded(out, long_buffer);
        std::ranges::copy(data, played.bytes().begin());
        out.set_state(PinState::run);
        in.set_state(PinState::run);
        while (played.position().play < data.size() + 100 * frame_bytes)
            traced.box().run_for(std::chrono::milliseconds(10));
        in.set_state(PinState::stop);
        out.set_state(PinState::pause);
        const std::uint64_t end = recorded.position().play;
        EXPECT_GE(end, data.size());
        const auto bytes = recorded.bytes().first(end);
        return {bytes.begin(), bytes.end()};
    }
    /// `data`, played, is recorded as `expected`.
    ::testing::AssertionResult comes_back_as(std::span<const std::byte> expected) {
        return soon(GetParam(), [&] { return alone_in(record_while_playing(data), expected); });
    }
    Answer jack(std::uint32_t property, std::uint32_t pin_id, std::size_t bytes) {
        const std::uint32_t more[2] = {pin_id, 0};
        return send(
            client, topology.handle(), IOCTL_KS_PROPERTY,
            testing::joined(identifier(jack_set, property, KSPROPERTY_TYPE_GET), bytes_of(more)),
            room(bytes));
    }
    void plug(bool in) {
        topology.set(speaker_set, KSPROPERTY_SPEAKER_PLUGGED, bytes_of(std::uint32_t(in)));
    }
    void unload() {
        wave.close();
        topology.close();
        expect_clean_unload(driver);
    }

    TracedBox traced{mode()};
    Client &client = traced.client();
    Driver &driver = traced.load("speaker");
    Filter wave = open_filter(client, driver, "Wave");
    Filter topology = open_filter(client, driver, "Topology");
    VolumeControl control{topology, NODE_VOLUME, NODE_MUTE};
    const DataFormat stereo = DataFormat::audio({});
    const std::vector<std::byte> data = noise(frame_bytes * 9'601);
};
KSBOX_IN_BOTH_MODES(Speaker);

TEST_P(Speaker, RecordsWhatItPlaysSampleForSample) {
    EXPECT_TRUE(comes_back_as(data));
    unload();
}

TEST_P(Speaker, VolumeAndMuteActOnWhatIsPlayed) {
    control.set_level(1, -6 * 65536);
    EXPECT_TRUE(comes_back_as(scaled(data, {unity, six_decibels_less})));
    control.mute(true);
    EXPECT_TRUE(control.muted());
    const std::vector<std::byte> muted = record_while_playing(data);
    EXPECT_EQ(muted, std::vector<std::byte>(muted.size()));
    unload();
}

TEST_P(Speaker, TheVolumeHasStepsAndEnds) {
    constexpr std::int32_t half = 32768;
    control.set_level(0, -3 * half - 5); // is rounded
    EXPECT_EQ(control.level(0), -3 * half);
    EXPECT_EQ(control.level(1), 0);
    control.set_level(all_channels, -200 * 65536);
    EXPECT_EQ(control.level(0), -96 * 65536);
    EXPECT_EQ(control.level(1), -96 * 65536);
    control.set_level(1, 65536);
    EXPECT_EQ(control.level(1), 0);
    EXPECT_THROW(control.set_level(2, 0), Error);

    const Answer flags = control.support(audio_volume_level, 4);
    EXPECT_EQ(flags.as<std::uint32_t>(), 0x203u); // get, set, basic support
    const Answer head = control.support(audio_volume_level, 40);
    EXPECT_EQ(head.information, 40u);
    const auto whole = head.as<std::uint32_t>(4);
    EXPECT_EQ(whole, 40u + 16 + 2 * 16);
    const Answer all = control.support(audio_volume_level, whole);
    EXPECT_EQ(all.information, whole);
    EXPECT_EQ(all.as<std::uint32_t>(40), 2u); // stepped ranges,
    EXPECT_EQ(all.as<std::uint32_t>(48), 2u); // one for each channel
    for (const std::size_t at : {56, 72}) {
        EXPECT_EQ(all.as<std::int32_t>(at), half);
        EXPECT_EQ(all.as<std::int32_t>(at + 8), -96 * 65536);
        EXPECT_EQ(all.as<std::int32_t>(at + 12), 0);
    }
    EXPECT_EQ(control.support(audio_mute, 64).information, 40u);
}

/// Whether a process that may call the host's kernel for nothing but its end can read the register
/// and finds something there.
bool read_without_system_calls(const volatile std::uint64_t &at) {
    const pid_t child = fork();
    if (child == 0) {
        sock_filter only_end[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
                                  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
                                  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)};
        const sock_fprog program{std::size(only_end), only_end};
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
            prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
            _exit(2);
        std::uint64_t sum = 0;
        for (int i = 0; i < 1'000; ++i)
            sum += at;
        syscall(SYS_exit_group, sum != 0 ? 0 : 1); // a sanitizer's _exit has more to do
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

TEST_P(Speaker, ReadingThePositionRegisterIsNoRequestAndNoSystemCall) {
    Pin in = create(WAVE_RENDER);
    CyclicBuffer buffer(in, long_buffer, 2);
    const CyclicBuffer::Register position = buffer.position_register();
    ASSERT_NE(position.address, nullptr);
    const auto &at = *static_cast<const volatile std::uint64_t *>(position.address);
    in.set_state(PinState::run);
    traced.box().run_for(std::chrono::milliseconds(50));
    traced.mark();
    const std::uint64_t before = at;
    traced.box().run_for(std::chrono::milliseconds(50));
    EXPECT_GT(at, before);
    EXPECT_GT(before, 0u);
    EXPECT_EQ(traced.irps("IRP_MJ_DEVICE_CONTROL"), 0u);
    EXPECT_TRUE(read_without_system_calls(at));
}

TEST_P(Speaker, PositionsAndTheirRegisterMoveWithTime) {
    Pin in = create(WAVE_RENDER);
    CyclicBuffer buffer(in, long_buffer, 2);
    const CyclicBuffer::Register position = buffer.position_register();
    ASSERT_NE(position.address, nullptr);
    ASSERT_EQ(position.width, 64u);
    const auto &at = *static_cast<const volatile std::uint64_t *>(position.address);
    const std::uint64_t started = traced.box().now_100ns();
    in.set_state(PinState::run);
    const std::uint64_t runs = traced.box().now_100ns();
    traced.box().run_for(std::chrono::milliseconds(250));
    const std::uint64_t asked = traced.box().now_100ns();
    const std::uint64_t registered = at, moved = buffer.position().play;
    const std::uint64_t answered = traced.box().now_100ns();
    EXPECT_GE(moved, (asked - runs) * rate / 10'000'000 * frame_bytes);
    EXPECT_LE(moved, ((answered - started) * rate / 10'000'000 + 1) * frame_bytes);
    EXPECT_LE(registered, moved);
    if (!GetParam())
        EXPECT_GE(registered + 2 * rate / 1000 * frame_bytes, moved); // a tick is a millisecond
    in.set_state(PinState::pause);
    const std::uint64_t paused = buffer.position().play;
    traced.box().run_for(std::chrono::milliseconds(20));
    EXPECT_EQ(buffer.position().play, paused);
    EXPECT_EQ(at, paused);
    in.set_state(PinState::stop);
    EXPECT_EQ(buffer.position().play, 0u);
}

TEST_P(Speaker, NotifiesTwiceACycle) {
    Pin in = create(WAVE_RENDER);
    constexpr std::uint32_t half = rate / 50 * frame_bytes; // 20 ms
    CyclicBuffer buffer(in, 2 * half, 2);
    EXPECT_FALSE(buffer.wait(100'000));
    in.set_state(PinState::run);
    for (std::uint64_t i = 1; i <= 6; ++i) {
        ASSERT_TRUE(buffer.wait(100'000'000));
        if (!GetParam())
            EXPECT_EQ(buffer.position().play / half, i % 2);
    }
}

TEST_P(Speaker, Ac3HasAPinOfItsOwnBesidePcm) {
    const auto ac3 = wave.intersect(WAVE_RENDER_AC3, wave.pin_facts(WAVE_RENDER_AC3).ranges);
    ASSERT_TRUE(ac3);
    EXPECT_THROW(create(WAVE_RENDER_AC3), Error);
    EXPECT_THROW(wave.connect({.pin_id = WAVE_RENDER, .format = *ac3}), Error);
    Pin digital = wave.connect({.pin_id = WAVE_RENDER_AC3, .format = *ac3});
    CyclicBuffer buffer(digital, long_buffer);
    std::ranges::fill(buffer.bytes(), std::byte{0x55});
    digital.set_state(PinState::run);
    control.mute(true); // does not concern it
    const std::vector<std::byte> recorded = record_while_playing(data);
    EXPECT_EQ(recorded, std::vector<std::byte>(recorded.size()));
    EXPECT_GE(buffer.position().play, data.size());
}

TEST_P(Speaker, PlaysEachOfItsSampleSizes) {
    for (const std::uint16_t bits : {16, 24}) {
        SCOPED_TRACE(bits);
        const AudioFormat format{
            .rate_hz = 44'100, .channels = 1, .bits = bits, .valid_bits = bits};
        Pin in = wave.connect({.pin_id = WAVE_RENDER, .format = DataFormat::audio(format)});
        Pin out = wave.connect({.pin_id = WAVE_CAPTURE, .format = DataFormat::audio(format)});
        const std::uint32_t bytes = 441'000 * format.frame_bytes();
        CyclicBuffer played(in, bytes), recorded(out, bytes);
        const std::vector<std::byte> samples = noise(format.frame_bytes() * 1'001);
        std::ranges::copy(samples, played.bytes().begin());
        control.set_level(all_channels, 0);
        out.set_state(PinState::run);
        in.set_state(PinState::run);
        while (played.position().play < samples.size())
            traced.box().run_for(std::chrono::milliseconds(10));
        out.set_state(PinState::pause);
        EXPECT_TRUE(alone_in(recorded.bytes(), samples));
    }
}

TEST_P(Speaker, TheJackTellsWhetherItIsPlugged) {
    constexpr std::size_t bytes = 8 + 28;
    EXPECT_EQ(jack(jack_description, TOPOLOGY_SPEAKER, 0).status, status::buffer_overflow);
    EXPECT_EQ(jack(jack_description, TOPOLOGY_SPEAKER, bytes - 1).status, status::buffer_too_small);
    const Answer plugged = jack(jack_description, TOPOLOGY_SPEAKER, bytes);
    ASSERT_EQ(plugged.status, status::success);
    EXPECT_EQ(plugged.as<std::uint32_t>(0), bytes);
    EXPECT_EQ(plugged.as<std::uint32_t>(4), 1u);
    EXPECT_EQ(plugged.as<std::uint32_t>(8), 3u);  // front left and right
    EXPECT_EQ(plugged.as<std::uint32_t>(32), 1u); // IsConnected
    plug(false);
    EXPECT_EQ(jack(jack_description, TOPOLOGY_SPEAKER, bytes).as<std::uint32_t>(32), 0u);
    EXPECT_EQ(jack(jack_description, TOPOLOGY_DIGITAL_OUT, bytes).as<std::uint32_t>(32), 1u);
    EXPECT_EQ(jack(jack_description, TOPOLOGY_LOOP, bytes).status, status::invalid_parameter);
    const Answer capabilities = jack(jack_description2, TOPOLOGY_SPEAKER, 8 + 8);
    EXPECT_EQ(capabilities.status, status::success);
    EXPECT_EQ(capabilities.as<std::uint32_t>(12), 1u); // it knows of its plug
}

TEST_P(Speaker, PluggingIsAnEvent) {
    const Handle event = client.create_event(false);
    Buffer place(client, sizeof(KSEVENTDATA));
    auto &how = *reinterpret_cast<KSEVENTDATA *>(place.data());
    how = {};
    how.NotificationType = KSEVENTF_EVENT_HANDLE;
    how.EventHandle.Event = reinterpret_cast<HANDLE>(event);
    const IoResult enabled =
        client.control(topology.handle(), IOCTL_KS_ENABLE_EVENT,
                       identifier(caps_set, jack_info_change, KSEVENT_TYPE_ENABLE), place.bytes());
    ASSERT_EQ(std::uint32_t(enabled.status), status::success);
    plug(true); // as it was
    EXPECT_FALSE(client.wait(event, 0));
    plug(false);
    EXPECT_TRUE(client.wait(event, 0));
    plug(true);
    EXPECT_TRUE(client.wait(event, 0));
    EXPECT_TRUE(
        client.control(topology.handle(), IOCTL_KS_DISABLE_EVENT, place.bytes(), {}).success());
    plug(false);
    EXPECT_FALSE(client.wait(event, 0));
    unload();
}

TEST_P(Speaker, StandsStillWithoutPower) {
    Pin in = create(WAVE_RENDER);
    CyclicBuffer buffer(in, long_buffer);
    in.set_state(PinState::run);
    traced.box().run_for(std::chrono::milliseconds(20));
    traced.box().suspend();
    traced.box().run_for(std::chrono::seconds(1));
    traced.box().resume();
    const std::uint64_t before = buffer.position().play;
    EXPECT_GE(before, rate / 50 * frame_bytes);
    if (!GetParam())
        EXPECT_LT(before, rate / 10 * frame_bytes);
    traced.box().run_for(std::chrono::milliseconds(50));
    EXPECT_GT(buffer.position().play, before);
}

TEST_P(Speaker, ItsFiltersHaveTheNamesOfItsInf) {
    std::vector<std::string> names;
    for (const InterfaceFacts &facts : client.interfaces(audio_category))
        names.push_back(facts.name);
    EXPECT_THAT(names,
                ::testing::UnorderedElementsAre("Sample Speaker Wave", "Sample Speaker Topology"));
}

TEST_P(Speaker, ItsWaveFilterLeadsToItsTopology) {
    const Answer answer = [&] {
        const std::uint32_t more[2] = {WAVE_SPEAKER, 0};
        return send(client, wave.handle(), IOCTL_KS_PROPERTY,
                    testing::joined(identifier(*Guid::parse("8C134960-51AD-11CF-878A-94F801C10000"),
                                               10 /* KSPROPERTY_PIN_PHYSICALCONNECTION */,
                                               KSPROPERTY_TYPE_GET),
                                    bytes_of(more)),
                    room(1024));
    }();
    ASSERT_EQ(answer.status, status::success);
    EXPECT_EQ(answer.as<std::uint32_t>(4), std::uint32_t(TOPOLOGY_FROM_SPEAKER_STREAM));
    std::string link;
    for (std::size_t at = 8; answer.as<char16_t>(at) != 0; at += 2)
        link += char(answer.as<char16_t>(at));
    EXPECT_TRUE(link.ends_with("\\Topology")) << link;
}

} // namespace
} // namespace ksbox::samples
