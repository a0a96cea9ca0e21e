// A PipeWire client that looks at a camera, as a video call does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace e2e {

class PictureViewer {
  public:
    /// Connects to the daemon of that environment, and asks to be linked to the node.
    PictureViewer(const std::map<std::string, std::string> &environment, const std::string &node);
    ~PictureViewer();
    PictureViewer(const PictureViewer &) = delete;
    PictureViewer &operator=(const PictureViewer &) = delete;

    /// The next pictures; fewer when they do not come within half a minute.
    std::vector<std::vector<std::byte>> take(std::size_t count);
    std::uint32_t width() const;
    std::uint32_t height() const;

    struct State;

  private:
    std::unique_ptr<State> state_;
};

} // namespace e2e
