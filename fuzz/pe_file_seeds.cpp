// Makes the corpus of fuzz-pe_file: pe_file-seeds FOLDER IMAGE… copies each image there, and
// variants of it in which one field, table entry or unwind code is wrong, or its end is missing.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

namespace {

using Bytes = std::vector<char>;

std::uint32_t word(const Bytes &image, std::size_t at, std::size_t width = 4) {
    std::uint32_t value = 0;
    if (at + width <= image.size())
        std::memcpy(&value, image.data() + at, width);
    return value;
}

class Seeds {
  public:
    Seeds(std::filesystem::path folder, const std::filesystem::path &image)
        : folder_(std::move(folder)), name_(image.stem().string()) {
        std::ifstream stream(image, std::ios::binary);
        image_.assign(std::istreambuf_iterator<char>(stream), {});
        nt_ = word(image_, 0x3c);
        wide_ = word(image_, nt_ + 24, 2) == 0x20b;
        directories_ = nt_ + 24 + (wide_ ? 112 : 96);
        sections_ = nt_ + 24 + word(image_, nt_ + 20, 2);
        section_count_ = word(image_, nt_ + 6, 2);
    }

    void write_whole() { write("whole", image_); }
    void write_variants() {
        cut();
        for (std::size_t at = nt_; at < sections_ + section_count_ * 40; at += 4)
            vary(at, 4);
        for (std::size_t i = 0; i < 16; ++i)
            vary_table(i);
        vary_functions();
    }

  private:
    std::size_t offset_of(std::uint32_t rva) const {
        for (std::size_t i = 0; i < section_count_; ++i) {
            const std::size_t header = sections_ + i * 40;
            const std::uint32_t begin = word(image_, header + 12);
            if (rva >= begin && rva - begin < word(image_, header + 16))
                return word(image_, header + 20) + (rva - begin);
        }
        return image_.size();
    }

    void write(const std::string &what, const Bytes &bytes) {
        std::ofstream(folder_ / (name_ + "-" + what), std::ios::binary)
            .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }

    void cut() {
        for (std::size_t i = 0; i < section_count_; ++i)
            for (const int around : {-1, 0, 1})
                write_prefix(word(image_, sections_ + i * 40 + 20) + static_cast<unsigned>(around));
        for (const std::size_t size :
             {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{0x3d}, nt_ + 2, nt_ + 20,
              nt_ + 26, nt_ + 60, directories_ + 4, sections_ + 8, sections_ + 48})
            write_prefix(size);
    }
    void write_prefix(std::size_t size) {
        if (size <= image_.size())
            write("cut" + std::to_string(size), {image_.begin(), image_.begin() + long(size)});
    }

    /// Variants of the field at `at`.
    void vary(std::size_t at, std::size_t width) {
        const std::uint32_t old = word(image_, at, width);
        if (at + width > image_.size())
            return;
        unsigned number = 0;
        for (const std::uint32_t value :
             {0u, old + 1, old ^ 0x10, old ^ 0x8000, 0x7fff'ffffu, 0xffff'ffffu}) {
            Bytes changed = image_;
            std::memcpy(changed.data() + at, &value, width);
            if (changed != image_)
                write(std::to_string(at) + "v" + std::to_string(number), changed);
            ++number;
        }
    }

    void vary_table(std::size_t index) {
        const std::uint32_t rva = word(image_, directories_ + index * 8);
        const std::size_t begin = rva == 0 ? image_.size() : offset_of(rva);
        // A load configuration is long and its guard fields are far behind.
        const std::size_t bytes = index == 10 ? 0x140 : index == 2 ? 0x80 : 0x30;
        for (std::size_t at = begin; at < std::min(begin + bytes, image_.size()); at += 4)
            vary(at, 4);
    }

    void vary_functions() {
        constexpr std::size_t exception_directory = 3, most_functions = 6;
        const std::uint32_t rva = word(image_, directories_ + exception_directory * 8);
        const std::size_t count = word(image_, directories_ + exception_directory * 8 + 4) / 12;
        for (std::size_t i = 0; rva != 0 && i < std::min(count, most_functions); ++i) {
            const std::size_t entry = offset_of(rva) + i * 12;
            vary(entry, 4);
            vary(entry + 4, 4);
            const std::size_t info = offset_of(word(image_, entry + 8));
            for (std::size_t at = info; at < std::min(info + 20, image_.size()); ++at)
                vary(at, 1);
            for (std::size_t at = info + 4; at < std::min(info + 48, image_.size()); at += 4)
                vary(at, 4); // the handler and its scopes
        }
    }

    std::filesystem::path folder_;
    std::string name_;
    Bytes image_;
    std::size_t nt_ = 0, directories_ = 0, sections_ = 0, section_count_ = 0;
    bool wide_ = true;
};

} // namespace

int main(int argc, char **argv) {
    if (argc < 3) {
        std::cerr << "usage: pe_file-seeds FOLDER IMAGE… [--vary IMAGE…]\n";
        return 2;
    }
    std::filesystem::create_directories(argv[1]);
    bool varies = false;
    for (int i = 2; i < argc; ++i) {
        if (std::string(argv[i]) == "--vary") {
            varies = true;
            continue;
        }
        Seeds seeds(argv[1], argv[i]);
        seeds.write_whole();
        if (varies)
            seeds.write_variants();
    }
    return 0;
}
