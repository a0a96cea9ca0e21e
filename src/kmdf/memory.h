// Memory objects: a buffer that the framework or the driver has allocated. @doc
// wdf/using-memory-buffers
#pragma once

#include <cstddef>

#include "kmdf/object.h"

namespace ksbox::kmdf {

class Memory final : public Object {
  public:
    static constexpr Type handle_type = Type::memory;
    /// `owned`: a block of the pool, `paged` or not; else the driver's own buffer.
    Memory(Client &client, void *buffer, std::size_t bytes, bool owned, bool paged)
        : Object(client, handle_type), buffer_(buffer), bytes_(bytes), owned_(owned),
          paged_(paged) {}
    ~Memory() override;

    std::byte *data() const { return static_cast<std::byte *>(buffer_); }
    std::size_t size() const { return bytes_; }
    bool owned() const { return owned_; }
    void assign(void *buffer, std::size_t bytes) {
        buffer_ = buffer;
        bytes_ = bytes;
    }

  protected:
    bool is_passive() const override { return owned_ && paged_; }

  private:
    void *buffer_;
    std::size_t bytes_;
    bool owned_, paged_;
};

} // namespace ksbox::kmdf
