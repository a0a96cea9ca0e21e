// mutants: chooses small breaks of source files by a seed, and makes one of them.
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "breaks.h"

using ksbox::mutate::Break;
using ksbox::mutate::breaks_of;

namespace {

std::string text_of(const std::string &file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        throw std::runtime_error("cannot read " + file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// splitmix64: the same numbers everywhere, unlike the standard library's distributions.
class Numbers {
  public:
    explicit Numbers(std::uint64_t seed) : state_(seed) {}
    std::size_t below(std::size_t limit) {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return (z ^ (z >> 31)) % limit;
    }

  private:
    std::uint64_t state_;
};

struct Place {
    std::string file;
    std::size_t index; ///< among the file's breaks
    std::size_t line;
};

// Kinds take part in equal shares, however many places each has.
int print_list(std::uint64_t seed, std::size_t count, const std::vector<std::string> &files) {
    std::map<std::string_view, std::vector<Place>> places;
    std::vector<std::string_view> kinds;
    for (const std::string &file : files) {
        std::size_t index = 0;
        for (const Break &one : breaks_of(text_of(file)))
            places[one.kind].push_back({file, index++, one.line});
    }
    for (const auto &[kind, all] : places)
        kinds.push_back(kind);
    Numbers numbers(seed);
    while (count-- > 0 && !kinds.empty()) {
        const std::size_t which = numbers.below(kinds.size());
        auto &all = places[kinds[which]];
        const std::size_t chosen = numbers.below(all.size());
        std::cout << all[chosen].file << '\t' << all[chosen].index << '\t' << all[chosen].line
                  << '\t' << kinds[which] << '\n';
        all[chosen] = std::move(all.back());
        all.pop_back();
        if (all.empty())
            kinds.erase(kinds.begin() + std::ptrdiff_t(which));
    }
    return 0;
}

int print_broken(const std::string &file, std::size_t index) {
    std::string source = text_of(file);
    const Break one = breaks_of(source).at(index);
    source.replace(one.offset, one.length, one.replacement);
    std::cout << source;
    return 0;
}

} // namespace

int main(int count, char **arguments) {
    const std::vector<std::string> words(arguments + 1, arguments + count);
    try {
        if (words.size() > 3 && words[0] == "list")
            return print_list(std::stoull(words[1]), std::stoull(words[2]),
                              {words.begin() + 3, words.end()});
        if (words.size() == 3 && words[0] == "apply")
            return print_broken(words[1], std::stoull(words[2]));
    } catch (const std::exception &error) {
        std::cerr << "mutants: " << error.what() << '\n';
        return 2;
    }
    std::cerr << "usage: mutants list SEED COUNT FILE… | apply FILE INDEX\n";
    return 2;
}
