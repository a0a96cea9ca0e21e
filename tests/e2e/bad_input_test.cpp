// Bad input gets one clear line and the right exit code, and loses nothing.
#include <algorithm>
#include <cstring>
#include <set>

#include "e2e/command.h"
#include "e2e/wav_file.h"
#include "test_paths.h"

namespace e2e {
namespace {

class BadInput : public Command {
  protected:
    BadInput() { write_wav(file("good.wav"), {}, noise(4 * 4'800)); }

    std::string play_refusal(const std::vector<std::byte> &wav) {
        write_bytes(file("bad.wav"), wav);
        return refusal(
            {"play", file("bad.wav"), "--driver", driver("cable"), "--record", file("out.wav")}, 2);
    }
    // cable.sys with two bytes of its headers changed, `from_nt` bytes behind "PE\0\0".
    std::filesystem::path altered(std::size_t from_nt, std::uint16_t value) {
        std::vector<std::byte> image = read_bytes(driver("cable"));
        std::uint32_t nt = 0;
        std::memcpy(&nt, image.data() + 0x3c, sizeof nt);
        std::memcpy(image.data() + nt + from_nt, &value, sizeof value);
        write_bytes(file("altered.sys"), image);
        return file("altered.sys");
    }
    std::string inspect_refusal(const std::filesystem::path &image) {
        return refusal({"inspect", image}, 2);
    }
    Outcome inspect_crash(const std::string &where, const std::string &fault) {
        return ksbox(
            {"inspect", driver("crash"), "--set", "Where=" + where, "--set", "Fault=" + fault});
    }
};

bool says(const std::string &text, const std::string &what) {
    return text.find(what) != std::string::npos;
}

constexpr std::size_t machine_field = 4, subsystem_field = 24 + 68;

TEST_F(BadInput, NoPe) {
    EXPECT_TRUE(says(inspect_refusal(file("good.wav")), "not a PE file"));
    EXPECT_TRUE(says(refusal({"inspect", file("good.wav"), "--no-run"}, 2), "not a PE file"));
    EXPECT_TRUE(says(inspect_refusal(file("nowhere.sys")), "No such file"));
    EXPECT_TRUE(says(inspect_refusal(file("")), "folder"));
}

// Every length that cuts a header or a section: each boundary and its neighbours, and each multiple
// of 512 bytes.
std::set<std::size_t> cutting_lengths(const std::vector<std::byte> &image) {
    const auto word = [&](std::size_t at) {
        std::uint32_t value = 0;
        std::memcpy(&value, image.data() + at, sizeof value);
        return std::size_t(value);
    };
    const std::size_t nt = word(0x3c), optional = nt + 24;
    const std::size_t table = optional + (word(nt + 20) & 0xffff), sections = word(nt + 4) >> 16;
    std::vector<std::size_t> boundaries = {2, 0x40, nt, nt + 4, optional, optional + 112, table};
    std::size_t end = 0; // of the last section's bytes
    for (std::size_t i = 0; i < sections; ++i) {
        const std::size_t header = table + i * 40;
        const std::size_t in_memory = word(header + 8), bytes = word(header + 16),
                          begin = word(header + 20);
        boundaries.insert(boundaries.end(), {header + 40, begin, begin + in_memory, begin + bytes});
        end = std::max(end, begin + std::min(in_memory, bytes));
    }
    std::set<std::size_t> lengths;
    for (const std::size_t boundary : boundaries)
        for (const std::size_t length : {boundary - 1, boundary, boundary + 1})
            if (length < end)
                lengths.insert(length);
    for (std::size_t length = 0; length < end; length += 512)
        lengths.insert(length);
    lengths.insert(end - 1);
    return lengths;
}

TEST_F(BadInput, TruncatedAnywhere) {
    const std::vector<std::byte> image = read_bytes(driver("cable"));
    const std::set<std::size_t> lengths = cutting_lengths(image);
    EXPECT_GT(lengths.size(), 40u);
    for (const std::size_t length : lengths) {
        write_bytes(file("cut.sys"), {image.begin(), image.begin() + long(length)});
        const std::string line = inspect_refusal(file("cut.sys"));
        EXPECT_TRUE(says(line, length == 0   ? "empty"
                               : length == 1 ? "not a PE"
                                             : "truncated"))
            << length << ": " << line;
    }
}

TEST_F(BadInput, OtherMachinesAndNoDrivers) {
    EXPECT_TRUE(says(inspect_refusal(altered(machine_field, 0xaa64)), "ARM64"));
    EXPECT_TRUE(says(inspect_refusal(altered(machine_field, 0x14c)), "x86"));
    EXPECT_TRUE(says(inspect_refusal(altered(subsystem_field, 2)), "Windows GUI"));
    // Reading such a file without running it is no mistake.
    EXPECT_EQ(ksbox({"inspect", altered(machine_field, 0xaa64), "--no-run"}).code, 0);
}

TEST_F(BadInput, MissingImports) {
    Outcome loads = ksbox({"inspect", driver("missing_import")});
    EXPECT_EQ(loads.code, 0) << loads.err;
    EXPECT_TRUE(says(loads.out, "KsboxNoSuchFunction"));
    EXPECT_TRUE(says(loads.err, "ntoskrnl.exe!KsboxNoSuchFunction")) << loads.err;
    Outcome calls = ksbox({"inspect", driver("missing_import"), "--set", "Fault=call"});
    EXPECT_EQ(calls.code, 3);
    EXPECT_TRUE(says(calls.err, "called ntoskrnl.exe!KsboxNoSuchFunction")) << calls.err;
    EXPECT_TRUE(says(calls.err, "missing_import.c:")) << calls.err;
}

TEST_F(BadInput, DriverEntryFails) {
    std::string line =
        refusal({"inspect", driver("crash"), "--set", "Where=entry", "--set", "Fault=fail"}, 2);
    EXPECT_TRUE(says(line, "DriverEntry failed with STATUS_UNSUCCESSFUL")) << line;
}

TEST_F(BadInput, ADriverThatDoesNotStartSaysWhatItLeaves) {
    for (const char *where : {"entry", "start"}) {
        const Outcome outcome = inspect_crash(where, "leak_and_fail");
        EXPECT_EQ(outcome.code, 2) << outcome.err;
        EXPECT_TRUE(says(outcome.err, std::string_view(where) == "entry" ? "DriverEntry failed with"
                                                                         : "device did not start"))
            << outcome.err;
        EXPECT_TRUE(says(outcome.err, "leak: 100 bytes of pool, tag 'Leak', allocated at "
                                      "crash.sys!Leak mistakes.cpp:"))
            << outcome.err;
    }
    const Outcome left = inspect_crash("start", "leave_device");
    EXPECT_EQ(left.code, 2) << left.err;
    EXPECT_TRUE(says(left.err, "its device did not start: STATUS_UNSUCCESSFUL")) << left.err;
    EXPECT_TRUE(says(left.err, "crash.sys cannot be unloaded: STATUS_DEVICE_BUSY")) << left.err;
    EXPECT_TRUE(says(left.err, ": not deleted")) << left.err;
}

TEST_F(BadInput, DriversThatNeedMoreOfKmdf) {
    const auto line = [this](const char *command, const char *needs) {
        return refusal({command, file("good.wav"), "--driver", driver("needy"), "--set",
                        std::string("Needs=") + needs},
                       2);
    };
    const auto inspected = [this](const char *needs) {
        return refusal({"inspect", driver("needy"), "--set", std::string("Needs=") + needs}, 2);
    };
    EXPECT_TRUE(says(inspected("framework"), "needy needs full KMDF")) << inspected("framework");
    EXPECT_TRUE(says(line("play", "framework"), "needy needs full KMDF"));
    EXPECT_TRUE(says(inspected("acx"), "needy needs ACX")) << inspected("acx");
    EXPECT_TRUE(says(line("play", "acx"), "needy needs ACX"));
    EXPECT_TRUE(says(inspected("class"), "needs full KMDF with the class extension \"Ucx01000\""));
    EXPECT_TRUE(says(inspected("version"), "needs KMDF 1.35; ksbox has 1.33"));
    const Outcome calls = ksbox({"inspect", driver("needy"), "--set", "Needs=queue"});
    EXPECT_EQ(calls.code, 3);
    EXPECT_TRUE(says(calls.err, "needy.sys called wdf01000.sys!WdfIoQueueCreate, which needs full "
                                "KMDF"))
        << calls.err;
}

TEST_F(BadInput, DriverEntryCrashes) {
    for (const char *fault : {"null", "recursion", "bugcheck", "raise", "spin"}) {
        Outcome outcome = inspect_crash("entry", fault);
        EXPECT_EQ(outcome.code, 3) << fault;
        // Not always first: an instrumented driver's sanitizer has its say before.
        EXPECT_TRUE(says(outcome.err, "ksbox: the driver stopped the box: bug check "))
            << outcome.err;
        EXPECT_TRUE(says(outcome.err, "faults.cpp:")) << outcome.err;
        EXPECT_TRUE(says(outcome.err, "to repeat it: ")) << outcome.err;
        EXPECT_TRUE(says(outcome.err, "--seed 1")) << outcome.err;
    }
}

TEST_F(BadInput, DriverEntryLeaks) {
    Outcome outcome = inspect_crash("entry", "leak");
    EXPECT_EQ(outcome.code, 1);
    EXPECT_TRUE(says(outcome.err, "leak: 100 bytes of pool, tag 'Leak'")) << outcome.err;
    EXPECT_TRUE(says(outcome.err, "allocated at crash.sys!Leak mistakes.cpp:")) << outcome.err;
}

TEST_F(BadInput, DriverLeavesItsPoolAllocation) {
    for (const auto &[mode, fault, code] : {std::tuple("guard", "heap_overflow", "0xd6"),
                                            std::tuple("guard-below", "heap_underrun", "0xd6"),
                                            std::tuple("guard", "use_after_free", "0xd5")}) {
        Outcome outcome = ksbox({"inspect", driver("crash"), "--pool", mode, "--set", "Where=entry",
                                 "--set", std::string("Fault=") + fault});
        EXPECT_EQ(outcome.code, 3) << fault;
        EXPECT_TRUE(says(outcome.err, std::string("bug check ") + code)) << outcome.err;
        EXPECT_TRUE(says(outcome.err, "pool block 'Ofow' of 48 bytes")) << outcome.err;
        EXPECT_TRUE(says(outcome.err, "allocated by:\n  crash.sys!AllocateBlock mistakes.cpp:"))
            << outcome.err;
    }
}

long lines(const std::string &text) {
    return std::ranges::count(text, '\n');
}

TEST_F(BadInput, AllocationsFail) {
    // Each of them: the driver is not loaded, or works wholly, and nothing crashes.
    unsigned refused = 0;
    bool asked = true;
    const long all = lines(ksbox({"inspect", driver("speaker")}).out);
    for (unsigned number = 1; asked && number < 2'000; number += 7) {
        Outcome outcome =
            ksbox({"inspect", driver("speaker"), "--fail-allocation", std::to_string(number)});
        if (outcome.code == 0)
            EXPECT_EQ(lines(outcome.out), all) << number << ": " << outcome.err;
        else if (outcome.code == 1)
            EXPECT_TRUE(says(outcome.err, "cannot be unloaded")) << number << ": " << outcome.err;
        else
            EXPECT_EQ(outcome.code, 2) << number << ": " << outcome.err;
        EXPECT_FALSE(says(outcome.err, "leak:")) << number << ": " << outcome.err;
        refused += outcome.code != 0;
        asked = says(outcome.err, "ksbox: allocation " + std::to_string(number) + " failed: ");
        EXPECT_TRUE(asked || says(outcome.err, "was not asked for: there were fewer"))
            << outcome.err;
    }
    EXPECT_GT(refused, 3u);
}

// The last allocations of a command are those of its questions, and of the driver's end.
TEST_F(BadInput, AWantOfMemoryIsNoAnswer) {
    const auto last_ones = [this](const std::vector<std::string> &arguments, auto expect) {
        const Outcome whole = ksbox(arguments);
        const auto run = [&](unsigned number) {
            std::vector<std::string> more = arguments;
            more.insert(more.end(), {"--fail-allocation", std::to_string(number)});
            return ksbox(more);
        };
        unsigned asked = 1, not_asked = 8'192; // none has so many
        while (not_asked - asked > 1) {
            const unsigned middle = asked + (not_asked - asked) / 2;
            (says(run(middle).err, "was not asked for") ? not_asked : asked) = middle;
        }
        EXPECT_GT(asked, 40u);
        for (unsigned number = asked - 40; number <= asked; ++number) {
            const Outcome outcome = run(number);
            EXPECT_LE(outcome.code, 2) << outcome.err;
            expect(whole, outcome);
        }
    };
    last_ones({"get", "Audio.VOLUMELEVEL", "--driver", driver("speaker"), "--filter", "Topology",
               "--node", "0"},
              [](const Outcome &whole, const Outcome &outcome) {
                  EXPECT_TRUE(outcome.code != 0 || outcome.out == whole.out)
                      << outcome.out << outcome.err;
              });
    write_wav(file("short.wav"), {.channels = 1, .rate_hz = 8'000}, noise(2 * 800));
    last_ones({"play", file("short.wav"), "--driver", driver("cable"), "--record", file("out.wav"),
               "--period", "1", "--queue", "2"},
              [](const Outcome &, const Outcome &outcome) {
                  EXPECT_NE(outcome.code, 0) << outcome.out << outcome.err; // it has under-runs
              });
}

TEST_F(BadInput, CrashWhileStreamingLeavesNothingUnderTheFinalName) {
    Outcome outcome = ksbox({"record", file("out.wav"), "--driver", driver("crash"), "--set",
                             "Where=dpc", "--set", "Fault=null"});
    EXPECT_EQ(outcome.code, 3) << outcome.err;
    EXPECT_FALSE(exists(file("out.wav")));
}

// A command that fails says all the same what the driver left, and writes what it was to write.
TEST_F(BadInput, AFailureIsNotAllThatIsSaid) {
    const Outcome outcome =
        ksbox({"record", file("out.wav"), "--driver", driver("crash"), "--set", "Where=run",
               "--set", "Fault=leak", "--save-registry", file("after.reg")});
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    EXPECT_TRUE(says(outcome.err, "the capture pin gave no frame for 10 s")) << outcome.err;
    EXPECT_TRUE(says(outcome.err, "leak: 100 bytes of pool, tag 'Leak'")) << outcome.err;
    EXPECT_TRUE(exists(file("after.reg")));
    const Outcome refused =
        ksbox({"record", file("out.wav"), "--driver", driver("cable"), "--pin", "7",
               "--save-registry", file("refused.reg"), "--trace", "/dev/full"});
    EXPECT_EQ(refused.code, 2) << refused.err;
    EXPECT_TRUE(says(refused.err, "no pin 7")) << refused.err;
    EXPECT_TRUE(says(refused.err, "the trace is incomplete")) << refused.err;
    EXPECT_TRUE(exists(file("refused.reg")));
}

TEST_F(BadInput, TimeLimit) {
    Outcome outcome = ksbox({"inspect", driver("crash"), "--set", "Where=entry", "--set",
                             "Fault=spin", "--timeout", "3"});
    EXPECT_EQ(outcome.code, 3);
    EXPECT_TRUE(says(outcome.err, "ksbox: the time limit of 3 s has passed")) << outcome.err;
    EXPECT_TRUE(says(outcome.err, "SpinForEver")) << outcome.err;
}

TEST_F(BadInput, PinOutOfRange) {
    std::string line =
        refusal({"play", file("good.wav"), "--driver", driver("cable"), "--pin", "7"}, 2);
    EXPECT_TRUE(says(line, "no pin 7")) << line;
    line = refusal({"play", file("good.wav"), "--driver", driver("cable"), "--pin", "1"}, 2);
    EXPECT_TRUE(says(line, "out of pin 1")) << line;
}

TEST_F(BadInput, FormatThatTheDriverRefusesNamesTheField) {
    auto refused = [&](const Wave &wave) {
        return play_refusal(wav_bytes(wave.format_chunk(), noise(wave.block() * 100)));
    };
    EXPECT_TRUE(says(refused({.channels = 1, .bits = 8, .valid_bits = 8}),
                     "takes 16 to 32 bit, the format has 8"));
    EXPECT_TRUE(says(refused({.rate_hz = 4'000}), "takes 8000 to 192000 Hz, the format has 4000"));
    EXPECT_TRUE(says(refused({.channels = 9}), "takes 1 to 8 channels, the format has 9"));
    EXPECT_TRUE(says(refused({.tag = 6, .channels = 1, .bits = 8, .valid_bits = 8}), "ALAW"));
    EXPECT_FALSE(exists(file("out.wav")));
    EXPECT_FALSE(exists(file("out.wav.part")));
}

TEST_F(BadInput, Wavs) {
    std::vector<std::byte> format = Wave{}.format_chunk(), data = noise(400);
    EXPECT_TRUE(says(play_refusal({}), "empty"));
    EXPECT_TRUE(says(play_refusal(noise(1'000)), "not a media file"));
    EXPECT_TRUE(says(play_refusal(wav_bytes(format, {})), "empty"));
    EXPECT_TRUE(says(play_refusal(wav_bytes(format, data, 500)), "truncated"));
    EXPECT_TRUE(says(play_refusal(wav_bytes(format, noise(402))), "truncated"));
    std::vector<std::byte> whole = wav_bytes(format, data);
    for (std::size_t length : {13u, 22u, 36u, 40u, 44u, 100u})
        play_refusal({whole.begin(), whole.begin() + length});
    Wave contradiction;
    std::vector<std::byte> odd = contradiction.format_chunk();
    odd[12] = std::byte(3); // blocks of 3 bytes
    EXPECT_TRUE(says(play_refusal(wav_bytes(odd, data)), "contradicts itself"));
    odd[2] = odd[3] = std::byte(0);
    EXPECT_TRUE(says(play_refusal(wav_bytes(odd, data)), "0 channels"));
    EXPECT_FALSE(exists(file("out.wav")));
}

TEST_F(BadInput, OutputThatCannotBeWritten) {
    auto play_to = [&](const std::filesystem::path &out) {
        return refusal({"play", file("good.wav"), "--driver", driver("cable"), "--record", out}, 2);
    };
    EXPECT_TRUE(says(play_to(file("nowhere") / "out.wav"), "No such file"));
    EXPECT_TRUE(says(play_to(file("")), "Is a directory"));
    EXPECT_TRUE(says(play_to("/dev/full"), "No space left"));
    Outcome trace =
        ksbox({"play", file("good.wav"), "--driver", driver("cable"), "--trace", "/dev/full"});
    EXPECT_EQ(trace.code, 2);
    EXPECT_TRUE(says(trace.err, "/dev/full")) << trace.err;
    EXPECT_TRUE(
        says(refusal({"inspect", driver("cable"), "--trace", file("no") / "t"}, 2), "trace file"));
}

// A full disk, and a folder that is not there, are no faults of ksbox.
TEST_F(BadInput, WhatTheUsersMachineLacks) {
    for (const std::vector<std::string> &command :
         {std::vector<std::string>{"inspect", driver("speaker")},
          {"inspect", driver("speaker"), "--json"},
          {"why", driver("meter")}}) {
        const Outcome full =
            ksbox(command, {.folder = {}, .environment = {}, .output = "/dev/full"});
        EXPECT_EQ(full.code, 2) << full.err;
        EXPECT_TRUE(says(full.err, "No space left on device")) << full.err;
        EXPECT_FALSE(says(full.err, "fault of ksbox")) << full.err;
    }
    write_bytes(file("x.drive"), read_bytes(std::string(KSBOX_TEST_DRIVER_SOURCES) +
                                            "/../../docs/scenarios/removal.drive"));
    const Outcome nowhere =
        ksbox({"drive", file("x.drive"), "--driver", driver("legacycard")},
              {.folder = {}, .environment = {{"TMPDIR", "/nowhere"}}, .output = {}});
    EXPECT_EQ(nowhere.code, 2) << nowhere.err;
    EXPECT_TRUE(says(nowhere.err, "No such file")) << nowhere.err;
}

TEST_F(BadInput, RefusedRecordingLeavesAnOlderFileAlone) {
    write_bytes(file("out.wav"), noise(10));
    play_refusal(noise(1'000));
    EXPECT_EQ(read_bytes(file("out.wav")), noise(10));
}

TEST_F(BadInput, Usage) {
    EXPECT_TRUE(says(refusal({}, 2), "subcommand"));
    EXPECT_TRUE(says(refusal({"play", file("good.wav")}, 2), "--driver"));
    EXPECT_TRUE(says(refusal({"inspect", driver("cable"), "--time", "warp"}, 2), "--time"));
    EXPECT_TRUE(says(refusal({"inspect", driver("cable"), "--set", "x"}, 2), "KEY=VALUE"));
    EXPECT_TRUE(says(refusal({"inspect", driver("cable"), "--reg", file("no.reg")}, 2), "no.reg"));
    EXPECT_TRUE(
        says(refusal({"record", "--driver", driver("camera"), file("out.avi")}, 2), ".y4m"));
    EXPECT_EQ(ksbox({"--help"}).code, 0);
    EXPECT_TRUE(says(ksbox({"--help"}).out, "runs with your rights"));
    EXPECT_TRUE(says(ksbox({"play", "--help"}).out, "Exit codes"));
}

TEST_F(BadInput, NothingToHear) {
    std::string line = refusal({"record", "--driver", driver("cable"), file("out.wav")}, 1);
    EXPECT_TRUE(says(line, "no frame")) << line;
    EXPECT_FALSE(exists(file("out.wav")));
}

} // namespace
} // namespace e2e
