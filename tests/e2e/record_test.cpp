// ksbox record: pictures of the camera driver as y4m and PNG.
#include <array>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <png.h>

#include "e2e/command.h"
#include "e2e/wav_file.h"

namespace e2e {
namespace {

struct Rgb {
    int r, g, b;
};

class Record : public Command {
  protected:
    Outcome record(const std::string &name, std::vector<std::string> more) {
        std::vector<std::string> arguments{"record", file(name), "--driver", driver("camera")};
        arguments.insert(arguments.end(), more.begin(), more.end());
        Outcome outcome = ksbox(arguments);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return outcome;
    }
};

struct Picture {
    unsigned width = 0, height = 0;
    std::vector<unsigned char> rgb;
    Rgb at(unsigned x, unsigned y) const {
        const unsigned char *p = &rgb[(std::size_t(y) * width + x) * 3];
        return {p[0], p[1], p[2]};
    }
};

Picture read_png(const std::filesystem::path &file) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    Picture picture;
    if (png_image_begin_read_from_file(&image, file.c_str()) == 0)
        return picture;
    image.format = PNG_FORMAT_RGB;
    picture.width = image.width;
    picture.height = image.height;
    picture.rgb.resize(PNG_IMAGE_SIZE(image));
    png_image_finish_read(&image, nullptr, picture.rgb.data(), 0, nullptr);
    return picture;
}

// White, yellow, cyan, green, magenta, red, blue, black: each an eighth of the width.
void expect_bars(const Picture &picture) {
    constexpr std::array<Rgb, 8> bars{{{255, 255, 255},
                                       {255, 255, 0},
                                       {0, 255, 255},
                                       {0, 255, 0},
                                       {255, 0, 255},
                                       {255, 0, 0},
                                       {0, 0, 255},
                                       {0, 0, 0}}};
    ASSERT_GT(picture.width, 0u);
    for (unsigned bar = 0; bar < bars.size(); ++bar) {
        Rgb found = picture.at(picture.width * (2 * bar + 1) / 16, 2), wanted = bars[bar];
        EXPECT_NEAR(found.r, wanted.r, 4) << bar;
        EXPECT_NEAR(found.g, wanted.g, 4) << bar;
        EXPECT_NEAR(found.b, wanted.b, 4) << bar;
    }
}

TEST_F(Record, PngShowsTheBarsInEverySubtype) {
    for (const char *subtype : {"YUY2", "NV12", "RGB24"}) {
        record("camera.png", {"--subtype", subtype, "--size", "320x240"});
        Picture picture = read_png(file("camera.png"));
        EXPECT_EQ(picture.width, 320u);
        EXPECT_EQ(picture.height, 240u);
        expect_bars(picture);
    }
}

TEST_F(Record, Y4mHasAHeaderAndWholeFrames) {
    struct Case {
        const char *subtype, *colour;
        std::size_t bytes;
    };
    for (const Case &one :
         {Case{"YUY2", "C422", 320 * 240 * 2}, Case{"NV12", "C420mpeg2", 320 * 240 * 3 / 2},
          Case{"RGB24", "C444", 320 * 240 * 3}}) {
        record("camera.y4m", {"--frames", "5", "--subtype", one.subtype, "--size", "320x240"});
        std::string text = read_text(file("camera.y4m"));
        std::size_t header = text.find('\n');
        EXPECT_EQ(text.substr(0, header), std::string("YUV4MPEG2 W320 H240 F30:1 Ip A1:1 ") +
                                              one.colour + " XCOLORRANGE=LIMITED");
        EXPECT_EQ(text.size(), header + 1 + 5 * (6 + one.bytes));
        for (int frame = 0; frame < 5; ++frame)
            EXPECT_EQ(text.substr(header + 1 + frame * (6 + one.bytes), 6), "FRAME\n");
        // The first bar is white, the last one black: Y is 235 and 16.
        EXPECT_NEAR(static_cast<unsigned char>(text[header + 1 + 6]), 235, 2);
        EXPECT_NEAR(static_cast<unsigned char>(text[header + 1 + 6 + 319]), 16, 2);
    }
}

TEST_F(Record, ThePicturesDiffer) {
    record("frame-%02d.png", {"--frames", "3"});
    EXPECT_NE(read_png(file("frame-01.png")).rgb, read_png(file("frame-02.png")).rgb);
    EXPECT_NE(read_png(file("frame-02.png")).rgb, read_png(file("frame-03.png")).rgb);
    expect_bars(read_png(file("frame-03.png")));
}

TEST_F(Record, RateAndSeconds) {
    record("camera.y4m", {"--seconds", "0.5", "--rate", "60", "--size", "320x240"});
    std::string text = read_text(file("camera.y4m"));
    EXPECT_NE(text.find(" F60:1 "), std::string::npos) << text.substr(0, 80);
    EXPECT_EQ((text.size() - text.find('\n') - 1) / (6 + 320 * 240 * 2), 30u);
}

TEST_F(Record, FormatThatTheCameraLacks) {
    for (std::vector<std::string> wish : {std::vector<std::string>{"--size", "321x240"},
                                          {"--rate", "500"},
                                          {"--subtype", "UYVY"}}) {
        std::vector<std::string> arguments{"record", file("x.y4m"), "--driver", driver("camera")};
        arguments.insert(arguments.end(), wish.begin(), wish.end());
        std::string line = refusal(arguments, 2);
        EXPECT_NE(line.find("no data range"), std::string::npos) << line;
    }
    EXPECT_FALSE(exists(file("x.y4m")));
    EXPECT_FALSE(exists(file("x.y4m.part")));
}

// However a recording fails, what came before stays, and is said.
TEST_F(Record, WhatWasRecordedBeforeAFailureStays) {
    const auto fickle = [this](const std::string &name, const char *then) {
        return ksbox({"record", file(name), "--driver", driver("fickle"), "--set", "Frames=xxx",
                      "--set", std::string("Then=") + then, "--seconds", "5"});
    };
    for (const auto &[then, says] : {std::pair("stall", "gave no frame for 10 s"),
                                     std::pair("fail", "frame 3 failed: STATUS_DEVICE_DATA")}) {
        const Outcome sound = fickle("x.wav", then);
        EXPECT_EQ(sound.code, 1) << sound.err;
        EXPECT_NE(sound.err.find(says), std::string::npos) << sound.err;
        EXPECT_NE(sound.err.find("recorded until then is in " + file("x.wav.part").string()),
                  std::string::npos)
            << sound.err;
        EXPECT_FALSE(exists(file("x.wav")));
        const WavFile kept = read_wav(file("x.wav.part"));
        const std::size_t period = kept.data.size() / 3;
        ASSERT_GT(period, 0u);
        for (std::size_t i = 0; i < kept.data.size(); ++i)
            ASSERT_EQ(int(kept.data[i]), int(1 + i / period)) << i;

        const Outcome pictures = fickle("x.y4m", then);
        EXPECT_EQ(pictures.code, 1) << pictures.err;
        EXPECT_FALSE(exists(file("x.y4m")));
        const std::string text = read_text(file("x.y4m.part"));
        const std::size_t header = text.find('\n') + 1;
        EXPECT_EQ(text.substr(header, 6), "FRAME\n");
        EXPECT_EQ((text.size() - header) % 3, 0u);
        const Outcome picture = fickle("x.png", then);
        EXPECT_EQ(picture.code, 1) << picture.err;
        EXPECT_GT(read_png(file("x.png.part")).width, 0u) << picture.err;
    }
}

TEST_F(Record, AStreamThatEndsBeforeItBeginsIsAFinding) {
    for (const char *name : {"x.wav", "x.y4m", "x.png"}) {
        const std::string line =
            refusal({"record", file(name), "--driver", driver("fickle"), "--set", "Then=end"}, 1);
        EXPECT_NE(line.find(std::string_view(name) == "x.wav" ? "nothing was recorded"
                                                              : "there was no picture"),
                  std::string::npos)
            << line;
        EXPECT_FALSE(exists(file(name)));
        EXPECT_FALSE(exists(file(std::string(name) + ".part")));
    }
}

TEST_F(Record, HowMuchIsAtLeastOneAndAtMostWhatCanBeCounted) {
    const auto seconds = [this](const char *option, const char *value) {
        return ksbox({"record", file("x.wav"), "--driver", driver("tone"), option, value});
    };
    EXPECT_EQ(seconds("--seconds", "0.00001").code, 0);
    EXPECT_EQ(read_wav(file("x.wav")).data.size(), 16u);
    EXPECT_EQ(seconds("--frames", "1").code, 0);
    EXPECT_EQ(read_wav(file("x.wav")).data.size(), 16u);
    for (const auto &[option, value] :
         {std::pair("--seconds", "1e30"), std::pair("--seconds", "inf"),
          std::pair("--frames", "18446744073709551615")})
        EXPECT_EQ(seconds(option, value).code, 2) << option << " " << value;
    EXPECT_EQ(
        ksbox({"record", file("x.y4m"), "--driver", driver("camera"), "--seconds", "1e30"}).code,
        2);
}

// What a reader of the pipe gets until its end, or until it has enough and goes.
std::string read_pipe(const std::filesystem::path &pipe, std::size_t enough) {
    const int file = open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
    std::string text;
    char part[4096];
    for (int wait = 0; wait < 1'000 && text.size() < enough;) {
        const ssize_t bytes = read(file, part, sizeof part);
        if (bytes > 0)
            text.append(part, std::size_t(bytes));
        else if (bytes == 0 && !text.empty())
            break;
        else
            ++wait, usleep(10'000);
    }
    close(file);
    return text;
}

TEST_F(Record, IntoAPipe) {
    ASSERT_EQ(mkfifo(file("x.wav").c_str(), 0600), 0);
    Running whole =
        start({"record", file("x.wav"), "--driver", driver("tone"), "--seconds", "0.1"});
    EXPECT_EQ(read_pipe(file("x.wav"), SIZE_MAX).size(), 68u + 16 * 19'200);
    EXPECT_EQ(whole.wait().code, 0);
    // Whoever reads has enough, and goes: so does the command.
    Running endless = start({"record", file("x.wav"), "--driver", driver("tone"), "--seconds",
                             "10000", "--timeout", "20"});
    EXPECT_GE(read_pipe(file("x.wav"), 1'000).size(), 1'000u);
    EXPECT_EQ(endless.wait().code, 128 + SIGPIPE);
}

TEST_F(Record, CtrlCFinishesTheFile) {
    Running running = start({"record", file("camera.y4m"), "--driver", driver("camera"), "--frames",
                             "100000", "--size", "320x240", "--time", "realtime"});
    while (!exists(file("camera.y4m.part")) ||
           file_size(file("camera.y4m.part")) < 3 * 320 * 240 * 2)
        usleep(20'000);
    running.interrupt(SIGINT);
    EXPECT_EQ(running.wait().code, 130);
    std::string text = read_text(file("camera.y4m"));
    EXPECT_EQ((text.size() - text.find('\n') - 1) % (6 + 320 * 240 * 2), 0u);
}

} // namespace
} // namespace e2e
