#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pipewire/ring.h"

namespace ksbox::pipewire {
namespace {

std::vector<std::byte> numbers(std::size_t from, std::size_t count) {
    std::vector<std::byte> bytes(count);
    for (std::size_t i = 0; i < count; ++i)
        bytes[i] = std::byte((from + i) * 7 % 251);
    return bytes;
}

TEST(Ring, TakesAllOfAPieceOrNothing) {
    Ring ring(6);
    EXPECT_EQ(ring.size(), 8u);
    EXPECT_TRUE(ring.write(numbers(0, 5)));
    EXPECT_FALSE(ring.write(numbers(5, 4)));
    EXPECT_EQ(ring.readable(), 5u);
    EXPECT_TRUE(ring.write(numbers(5, 3)));
    EXPECT_EQ(ring.writable(), 0u);
}

TEST(Ring, GivesWhatThereIsAcrossItsEnd) {
    Ring ring(8);
    std::vector<std::byte> got(5);
    for (std::size_t from = 0; from < 100; from += 5) {
        ASSERT_TRUE(ring.write(numbers(from, 5)));
        ASSERT_EQ(ring.read(got), 5u);
        EXPECT_EQ(got, numbers(from, 5));
    }
    EXPECT_EQ(ring.read(got), 0u);
    ASSERT_TRUE(ring.write(numbers(0, 3)));
    EXPECT_EQ(ring.read(got), 3u);
}

TEST(Ring, SkipsNoMoreThanThereIs) {
    Ring ring(8);
    ASSERT_TRUE(ring.write(numbers(0, 6)));
    EXPECT_EQ(ring.skip(2), 2u);
    std::vector<std::byte> got(1);
    EXPECT_EQ(ring.read(got), 1u);
    EXPECT_EQ(got, numbers(2, 1));
    EXPECT_EQ(ring.skip(100), 3u);
    ring.discard();
    EXPECT_EQ(ring.readable(), 0u);
}

TEST(Ring, CarriesEveryByteBetweenTwoThreads) {
    constexpr std::size_t total = 300'000;
    Ring ring(256);
    std::thread writer([&] {
        for (std::size_t sent = 0; sent < total;) {
            const std::size_t count = std::min<std::size_t>(1 + sent % 97, total - sent);
            if (ring.write(numbers(sent, count)))
                sent += count;
            else
                std::this_thread::yield();
        }
    });
    std::vector<std::byte> all, piece(61);
    while (all.size() < total) {
        const std::size_t count = ring.read(piece);
        all.insert(all.end(), piece.begin(), piece.begin() + std::ptrdiff_t(count));
        if (count == 0)
            std::this_thread::yield();
    }
    writer.join();
    EXPECT_EQ(all, numbers(0, total));
}

} // namespace
} // namespace ksbox::pipewire
