// A scenario under way: what it has opened, what it has heard, and each command carried out.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/commands.h"
#include "cli/drive_stream.h"
#include "cli/drive_trace.h"
#include "cli/pins.h"
#include "cli/session.h"
#include "drive/script.h"

namespace ksbox::cli {

class DriveRun {
  public:
    DriveRun(Session &session, const DriveOptions &options, std::filesystem::path trace);
    ~DriveRun();

    /// Up to the first command that does not end as it shall: throws Finding (or BadInput where
    /// the script is at fault), with file, line and column. Returns the exit code.
    int run(const drive::Script &script);

    void operator()(const drive::LoadDriver &) {}
    void operator()(const drive::Open &open);
    void operator()(const drive::Connect &connect);
    void operator()(const drive::SetState &set);
    void operator()(const drive::Get &get);
    void operator()(const drive::Set &set);
    void operator()(const drive::Play &play);
    void operator()(const drive::Record &record);
    void operator()(const drive::Finish &finish);
    void operator()(const drive::MoveJack &move);
    void operator()(drive::SystemPower power);
    void operator()(const drive::ChangeDevice &change);
    void operator()(const drive::Close &close);
    void operator()(const drive::Wait &wait);
    void operator()(const drive::ExpectSound &expect);
    void operator()(const drive::ExpectJack &expect);
    void operator()(const drive::ExpectOrder &expect);

  private:
    struct OpenFilter {
        InterfaceFacts interface;
        Filter filter;
    };
    struct OpenPin {
        std::shared_ptr<Filter> filter; ///< null: one that the script has opened
        std::unique_ptr<Pin> pin;
        DataFormat format;
        std::unique_ptr<DriveStream> stream;
        bool records = false; ///< it, not plays
    };
    /// What a pin has played or recorded; it outlives the pin.
    struct Sound {
        DataFormat format;
        std::vector<std::byte> data;
    };

    void carry_out(const drive::Command &command);
    std::string place(drive::Place place) const;
    Driver &device_driver(const std::optional<drive::Word> &name);
    KsObject &object(const std::string &name);
    OpenPin &pin(const std::string &name) { return pins_.at(name); }
    /// Throws BadInput: it is none of sound.
    AudioFormat audio_of(const std::string &name);
    Sound read_file(const drive::Word &file) const;
    std::vector<DataFormat> formats(const FoundPin &pin, const drive::FormatWish &wish) const;

    Session &session_;
    const DriveOptions &options_;
    DriveTrace trace_;
    std::vector<InterfaceFacts> interfaces_; ///< as long as the device has been there
    std::map<std::string, OpenFilter> filters_;
    std::map<std::string, OpenPin> pins_;
    std::map<std::string, Sound> sounds_;
    std::map<std::string, std::string> files_; ///< that recordings go to
    std::size_t done_ = 0, expected_ = 0;
    std::uint64_t noises_ = 0;
};

} // namespace ksbox::cli
