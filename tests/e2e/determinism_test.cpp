// One seed, one trace: in fresh processes with address randomisation, in other folders, with other
// environments, beside other work.
#include "e2e/command.h"
#include "e2e/wav_file.h"

namespace e2e {
namespace {

class Determinism : public Command {
  protected:
    Determinism() { write_wav(file("in.wav"), {.rate_hz = 44'100}, noise(4 * 44'100)); }

    std::vector<std::string> arguments(const std::string &folder, const std::string &seed) {
        return {"play",     file("in.wav"),
                "--driver", driver("cable"),
                "--record", file(folder) / "out.wav",
                "--trace",  file(folder) / "trace.json",
                "--seed",   seed};
    }
    Running run(int number, const std::string &seed) {
        std::string folder = seed + "-" + std::string(std::size_t(1 + number * 7), 'f');
        create_directory(file(folder));
        folders_.push_back(folder);
        return start(arguments(folder, seed),
                     {file(folder),
                      {{"PADDING", std::string(std::size_t(number) * 977, 'x')},
                       {"TZ", number % 2 == 0 ? "UTC" : "Asia/Tokyo"},
                       {"LC_ALL", number % 2 == 0 ? "C" : "C.UTF-8"}}});
    }
    std::vector<std::string> folders_;
};

TEST_F(Determinism, ASeedGivesOneTrace) {
    constexpr int runs = 10;
    std::vector<Running> running;
    for (int number = 0; number < runs; ++number) {
        running.push_back(run(number, "5"));
        if (number % 3 != 2) // two at a time and more: under load
            continue;
        for (Running &one : running)
            EXPECT_EQ(one.wait().code, 0);
        running.clear();
    }
    for (Running &one : running)
        EXPECT_EQ(one.wait().code, 0);
    std::string trace = read_text(file(folders_[0]) / "trace.json");
    EXPECT_GT(trace.size(), 100'000u);
    for (const std::string &folder : folders_)
        EXPECT_TRUE(read_text(file(folder) / "trace.json") == trace) << folder;
}

TEST_F(Determinism, AnotherSeedGivesAnotherOrderAndTheSameAudio) {
    EXPECT_EQ(run(1, "5").wait().code, 0);
    EXPECT_EQ(run(1, "6").wait().code, 0);
    EXPECT_FALSE(read_text(file(folders_[0]) / "trace.json") ==
                 read_text(file(folders_[1]) / "trace.json"));
    EXPECT_TRUE(read_bytes(file(folders_[0]) / "out.wav") ==
                read_bytes(file(folders_[1]) / "out.wav"));
}

TEST_F(Determinism, TheTraceNamesNoHostPathAndNoHostAddress) {
    EXPECT_EQ(run(1, "5").wait().code, 0);
    std::string trace = read_text(file(folders_[0]) / "trace.json");
    EXPECT_EQ(trace.find(file("").string()), std::string::npos);
    EXPECT_EQ(trace.find("0x7f"), std::string::npos);
}

} // namespace
} // namespace e2e
