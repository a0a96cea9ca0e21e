// A stream of PipeWire into a driver, through ksbox bridge, and one into PipeWire's own null sink:
// the CPU time of all processes, the daemon's with them. Real time: the difference between a short
// stream and a long one is the stream's, the rest what it takes to start and end.
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <unistd.h>

#include "e2e/pipewire_daemon.h"
#include "support/question.h"

namespace ksbox::bench {

namespace {

using e2e::PipeWireDaemon;
using e2e::Process;

constexpr unsigned short_s = 1, long_s = 5;
constexpr const char *null_sink = "plain-sink", *bridged_sink = "ksbox.speaker_10ms.Wave.0";

/// Gone with its last user.
class Folder {
  public:
    Folder() {
        std::string name = std::filesystem::temp_directory_path() / "ksbox-bench-XXXXXX";
        if (mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("no folder for PipeWire");
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;
    const std::filesystem::path &path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// 48 kHz, 16 bits, stereo: a sawtooth.
void write_wav(const std::filesystem::path &name, unsigned seconds) {
    constexpr std::uint32_t rate_hz = 48'000, block_bytes = 4;
    const std::uint32_t bytes = seconds * rate_hz * block_bytes;
    char header[44] = "RIFF____WAVEfmt ";
    const auto put = [&](std::size_t at, auto value) {
        std::memcpy(header + at, &value, sizeof value);
    };
    put(4, 36 + bytes);
    put(16, std::uint32_t(16));
    put(20, std::uint16_t(1));
    put(22, std::uint16_t(2));
    put(24, rate_hz);
    put(28, rate_hz * block_bytes);
    put(32, std::uint16_t(block_bytes));
    put(34, std::uint16_t(16));
    std::memcpy(header + 36, "data", 4);
    put(40, bytes);
    std::ofstream file(name, std::ios::binary);
    file.write(header, sizeof header);
    for (std::uint32_t i = 0; i < bytes / 2; ++i) {
        const auto sample = std::int16_t(i * 7);
        file.write(reinterpret_cast<const char *>(&sample), sizeof sample);
    }
    if (!file.flush())
        throw std::runtime_error(name.string() + " cannot be written");
}

Process start_bridge(const PipeWireDaemon &daemon, const std::filesystem::path &folder) {
    const std::filesystem::path ksbox =
        std::filesystem::read_symlink("/proc/self/exe").parent_path() / "ksbox";
    return Process({ksbox, "bridge", "--driver", driver_file("speaker_10ms")}, daemon.environment(),
                   folder / "bridge");
}

Process start_null_sink(const PipeWireDaemon &daemon) {
    return daemon.start_tool({"pw-cli", "create-node", "adapter",
                              "{ factory.name=support.null-audio-sink node.name=plain-sink "
                              "media.class=Audio/Sink object.linger=true audio.rate=48000 "
                              "audio.position=[FL FR] }"});
}

void stream(const std::filesystem::path &folder, const std::filesystem::path &sound, bool bridged) {
    PipeWireDaemon daemon(folder / "pipewire");
    if (!daemon.start())
        throw std::runtime_error("PipeWire does not start");
    const std::string sink = bridged ? bridged_sink : null_sink;
    Process maker = bridged ? start_bridge(daemon, folder) : start_null_sink(daemon);
    if (!e2e::becomes_true([&] { return !daemon.node(sink).is_null(); }))
        throw std::runtime_error("there is no sink " + sink);
    Process player = daemon.start_tool({"pw-play", "--target", sink, sound});
    if (player.wait() != 0)
        throw std::runtime_error("pw-play failed");
    if (bridged) {
        maker.send(SIGINT);
        if (maker.wait() != 128 + SIGINT)
            throw std::runtime_error("the bridge failed");
    }
}

std::function<Work()> streaming(unsigned seconds, bool bridged) {
    return [=]() -> Work {
        if (const std::string program = PipeWireDaemon::missing(); !program.empty())
            throw std::runtime_error(program + " is not installed");
        const auto folder = std::make_shared<Folder>();
        const auto sound = folder->path() / "in.wav";
        write_wav(sound, seconds);
        return [=](std::uint64_t count) {
            for (std::uint64_t i = 0; i < count; ++i)
                stream(folder->path(), sound, bridged);
        };
    };
}

Question question(std::string name, unsigned seconds) {
    return {
        .name = std::move(name),
        .title = "a stream of " + std::to_string(seconds) + " s, with PipeWire's start",
        .one_batch = true,
        .other_processes = true,
        .aims = {},
        .cases = {{Side::ksbox, streaming(seconds, true)}, {Side::spa, streaming(seconds, false)}}};
}

} // namespace

Program program() {
    return {.questions = {question("short", short_s), question("long", long_s)},
            .slopes = {{.name = "second",
                        .title = "1 s into a bridged driver; SPA: a null sink",
                        .from = "short",
                        .to = "long",
                        .steps = long_s - short_s,
                        .aims = {}}}};
}

} // namespace ksbox::bench
