// Shared by the loader's tests: the built images, and a resolver that answers from a map.
#pragma once

#include "loader/image.h"

#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <map>

namespace ksbox::loader::test {

inline std::vector<std::byte> read_file(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file) << path;
    const std::vector<char> chars{std::istreambuf_iterator<char>(file), {}};
    std::vector<std::byte> bytes(chars.size());
    std::memcpy(bytes.data(), chars.data(), chars.size());
    return bytes;
}

inline std::vector<std::byte> read_image(const std::string &name) {
    return read_file(KSBOX_LOADER_TEST_IMAGES "/" + name);
}

class MapResolver : public SymbolResolver {
  public:
    template <typename Result, typename... Arguments>
    void add(const std::string &name, Result(KSBOX_MS_ABI *function)(Arguments...)) {
        symbols_[name] = reinterpret_cast<const void *>(function);
    }
    void add_data(const std::string &name, const void *address) { symbols_[name] = address; }

    const void *resolve(std::string_view module, std::string_view name) override {
        const auto found = symbols_.find(std::string(name));
        return found == symbols_.end() ? nullptr : found->second;
    }
    const void *resolve(std::string_view module, std::uint16_t ordinal) override {
        return resolve(module, std::string(module) + "#" + std::to_string(ordinal));
    }

  private:
    std::map<std::string, const void *> symbols_;
};

template <typename Signature> auto *entry(void *address) {
    return reinterpret_cast<Signature *>(address);
}

} // namespace ksbox::loader::test
