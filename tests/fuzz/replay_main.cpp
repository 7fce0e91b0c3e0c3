// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a fuzz target without a fuzzer: on the files of a corpus, then on so many inputs made from
// them and from chance, the same in every run. What a plain build can test of tests/fuzz.
//
//     replay-NAME COUNT [DIRECTORY]
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;
using Dice = std::minstd_rand;

constexpr std::chrono::seconds k_at_most{20};

std::vector<Input> read_corpus(const std::filesystem::path& directory)
{
    std::vector<std::filesystem::path> paths;
    if (std::filesystem::is_directory(directory)) {
        for (const auto& entry : std::filesystem::directory_iterator{directory}) {
            paths.push_back(entry.path());
        }
    }
    std::sort(paths.begin(), paths.end());
    std::vector<Input> corpus;
    for (const auto& path : paths) {
        std::ifstream file{path, std::ios::binary};
        corpus.emplace_back(std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{});
    }
    return corpus;
}

Input anything(Dice& dice)
{
    Input input(dice() % 400);
    for (auto& octet : input) {
        octet = static_cast<std::uint8_t>(dice() >> 8);
    }
    return input;
}

Input changed(Input input, Dice& dice)
{
    for (unsigned changes = 1 + dice() % 4; changes > 0 && !input.empty(); --changes) {
        const auto at = static_cast<std::ptrdiff_t>(dice() % input.size());
        const auto octet = static_cast<std::uint8_t>(dice() >> 8);
        const auto rest = static_cast<std::ptrdiff_t>(input.size()) - at;
        const auto many = std::min<std::ptrdiff_t>(rest, 1 + static_cast<int>(dice() % 40));
        switch (dice() % 5) {
        case 0:
            input[static_cast<std::size_t>(at)] = octet;
            break;
        case 1:
            input[static_cast<std::size_t>(at)] ^= static_cast<std::uint8_t>(1U << octet % 8);
            break;
        case 2:
            input.insert(input.begin() + at, octet);
            break;
        case 3:
            input.erase(input.begin() + at, input.begin() + at + many);
            break;
        default: {
            const Input copy(input.begin() + at, input.begin() + at + many);
            input.insert(input.end(), copy.begin(), copy.end());
            break;
        }
        }
    }
    return input;
}

// The input last tried stays behind when the process dies by it.
void try_one(const Input& input, const std::string& keep)
{
    std::ofstream{keep, std::ios::binary}.write(reinterpret_cast<const char*>(input.data()),
                                                static_cast<std::streamsize>(input.size()));
    LLVMFuzzerTestOneInput(input.data(), input.size());
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        std::cerr << "usage: " << argv[0] << " COUNT [DIRECTORY]\n";
        return 2;
    }
    const std::string keep = std::string{argv[0]} + ".input";
    const auto corpus = argc > 2 ? read_corpus(argv[2]) : std::vector<Input>{};
    for (const auto& input : corpus) {
        try_one(input, keep);
    }
    Dice dice{20070903};
    const auto start = std::chrono::steady_clock::now();
    const long wanted = std::strtol(argv[1], nullptr, 10);
    long tried = 0;
    for (; tried < wanted && std::chrono::steady_clock::now() - start < k_at_most; ++tried) {
        const bool from_corpus = !corpus.empty() && dice() % 8 != 0;
        try_one(from_corpus ? changed(corpus[dice() % corpus.size()], dice) : anything(dice), keep);
    }
    std::filesystem::remove(keep);
    std::cout << corpus.size() << " of the corpus, " << tried << " others\n";
    return 0;
}
