// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/arguments.h"
#include "cli/json.h"
#include "cli/password_input.h"
#include "cli/report.h"

#include "base/unique_fd.h"

#include <gtest/gtest.h>

#include <string>

#include <unistd.h>

namespace gds::cli {
namespace {

TEST(CliArguments, EveryVerb)
{
    EXPECT_EQ(parse_arguments({"status"}).arguments.verb, Verb::status);
    EXPECT_TRUE(parse_arguments({"status", "--json"}).arguments.json);
    EXPECT_EQ(parse_arguments({"enable"}).arguments.verb, Verb::enable);
    EXPECT_EQ(parse_arguments({"disable"}).arguments.verb, Verb::disable);
    EXPECT_EQ(parse_arguments({"set-password"}).arguments.verb, Verb::set_password);
    EXPECT_FALSE(parse_arguments({"set-password"}).arguments.user);
    EXPECT_EQ(parse_arguments({"set-password", "alice"}).arguments.user, "alice");
    EXPECT_EQ(parse_arguments({"set-password", "--", "-x"}).arguments.user, "-x");
    EXPECT_EQ(parse_arguments({"remove-user", "bob"}).arguments.user, "bob");
    EXPECT_FALSE(parse_arguments({"remove-user", "bob"}).arguments.vnc);
    EXPECT_TRUE(parse_arguments({"set-password", "--vnc"}).arguments.vnc);
    EXPECT_FALSE(parse_arguments({"set-password", "--vnc"}).arguments.json);
    EXPECT_TRUE(parse_arguments({"remove-user", "--vnc"}).arguments.vnc);
    EXPECT_EQ(parse_arguments({"set-password", "--", "--vnc"}).arguments.user, "--vnc");
    EXPECT_FALSE(parse_arguments({"status", "--json"}).arguments.vnc);
    EXPECT_EQ(parse_arguments({"list-users"}).arguments.verb, Verb::list_users);
    EXPECT_TRUE(parse_arguments({"clients", "--json"}).arguments.json);
    EXPECT_FALSE(parse_arguments({"disconnect"}).arguments.number);
    EXPECT_EQ(parse_arguments({"disconnect", "7"}).arguments.number, 7U);
    EXPECT_TRUE(parse_arguments({"view-only", "3", "on"}).arguments.view_only);
    EXPECT_FALSE(parse_arguments({"view-only", "3", "off"}).arguments.view_only);
    EXPECT_EQ(parse_arguments({"fingerprint"}).arguments.verb, Verb::fingerprint);
    EXPECT_EQ(parse_arguments({"doctor"}).arguments.verb, Verb::doctor);
    EXPECT_TRUE(parse_arguments({"doctor", "--json"}).arguments.json);
    EXPECT_EQ(parse_arguments({"--help"}).arguments.verb, Verb::help);
    EXPECT_EQ(parse_arguments({"status", "--help"}).arguments.verb, Verb::help);
    EXPECT_EQ(parse_arguments({"--version"}).arguments.verb, Verb::version);
}

TEST(CliArguments, WrongUsageHasASentence)
{
    const std::vector<std::vector<std::string>> wrong = {
        {},
        {"bogus"},
        {"status", "--bogus"},
        {"status", "x"},
        {"enable", "--json"},
        {"remove-user"},
        {"remove-user", "a", "b"},
        {"set-password", "a", "b"},
        {"set-password", "a", "--vnc"},
        {"set-password", "--json"},
        {"remove-user", "--vnc", "a"},
        {"list-users", "--vnc"},
        {"disconnect", "x"},
        {"disconnect", "-1"},
        {"disconnect", ""},
        {"disconnect", "99999999999"},
        {"view-only", "1"},
        {"view-only", "1", "maybe"},
    };
    for (const auto& words : wrong) {
        EXPECT_FALSE(parse_arguments(words).complaint.empty()) << (words.empty() ? "" : words[0]);
    }
}

TEST(CliArguments, HelpIsAboutTheVerbThatItIsAskedWith)
{
    EXPECT_FALSE(parse_arguments({"--help"}).arguments.about);
    EXPECT_FALSE(parse_arguments({"help", "bogus"}).arguments.about);
    EXPECT_EQ(parse_arguments({"help", "clients"}).arguments.about, Verb::clients);
    EXPECT_EQ(parse_arguments({"view-only", "--help"}).arguments.about, Verb::view_only);
    EXPECT_NE(usage(Verb::view_only).find("gnome-desktop-sharing view-only N on|off\n"),
              std::string::npos);
    EXPECT_NE(usage(Verb::remove_user).find("remove-user --vnc"), std::string::npos);
    EXPECT_NE(usage(Verb::status).find("--json "), std::string::npos);
    EXPECT_EQ(usage(Verb::enable).find("--json"), std::string::npos);
}

TEST(CliArguments, UsageNamesEveryVerb)
{
    const std::string text = usage();
    for (const char* verb :
         {"status", "enable", "disable", "set-password", "remove-user", "list-users", "clients",
          "disconnect", "view-only", "fingerprint", "doctor", "--vnc"}) {
        EXPECT_NE(text.find(verb), std::string::npos) << verb;
    }
}

TEST(CliPassword, ComplaintsAboutUnusableOnes)
{
    EXPECT_EQ(password_complaint("x"), "");
    EXPECT_EQ(password_complaint("pass word \xc3\xa4"), "");
    EXPECT_EQ(password_complaint(std::string(255, 'x')), "");
    EXPECT_NE(password_complaint(""), "");
    EXPECT_NE(password_complaint(std::string(256, 'x')), "");
    EXPECT_NE(password_complaint(std::string_view{"a\0b", 3}), "");
    EXPECT_NE(password_complaint("\xff"), "");
}

class SecretLine : public testing::Test {
protected:
    SecretString read(std::string_view input)
    {
        int ends[2];
        EXPECT_EQ(::pipe(ends), 0);
        const UniqueFd out{ends[0]};
        {
            const UniqueFd in{ends[1]};
            EXPECT_EQ(::write(in.get(), input.data(), input.size()),
                      static_cast<ssize_t>(input.size()));
        }
        auto line = read_secret_line(out.get());
        char next = 0;
        rest_ = ::read(out.get(), &next, 1) == 1 ? next : '\0';
        return line;
    }
    char rest_ = '\0';
};

TEST_F(SecretLine, IsOneLineAndNoMore)
{
    EXPECT_EQ(read("secret\nnext").view(), "secret");
    EXPECT_EQ(rest_, 'n');
    EXPECT_EQ(read("no end").view(), "no end");
    EXPECT_EQ(read("\n").view(), "");
    EXPECT_EQ(read(" blanks stay \n").view(), " blanks stay ");
}

TEST_F(SecretLine, NoLineAndTooLongAreRefused)
{
    EXPECT_THROW(read(""), PasswordRefused);
    EXPECT_THROW(read(std::string(1000, 'x') + "\n"), PasswordRefused);
    EXPECT_EQ(read(std::string(255, 'x') + "\n").size(), 255U);
}

VariantPtr parse(const char* text)
{
    GVariant* value = g_variant_parse(nullptr, text, nullptr, nullptr, nullptr);
    return {value, g_variant_unref};
}

TEST(CliJson, ValuesOfOurTypes)
{
    EXPECT_EQ(json_string("a\"b\\c\n\x01\x7f\xc3\xa4"),
              "\"a\\\"b\\\\c\\u000a\\u0001\\u007f\xc3\xa4\"");
    EXPECT_EQ(json_value(parse("{'A': <true>, 'B': <uint32 7>, 'C': <['x', 'y']>, 'D': <@as []>, "
                               "'E': <uint64 18446744073709551615>, 'F': <int64 -5>, 'G': <1.5>}")
                             .get()),
              "{\"A\":true,\"B\":7,\"C\":[\"x\",\"y\"],\"D\":[],\"E\":18446744073709551615,"
              "\"F\":-5,\"G\":1.5}");
}

class Report : public testing::Test {
protected:
    VariantPtr status = parse("{'Enabled': <true>, 'EnabledBy': <['settings']>, "
                              "'State': <'sharing'>, 'StatusReason': <'All is not well.'>, "
                              "'Endpoints': <['tcp:127.0.0.1:5900']>, "
                              "'TlsFingerprint': <'AA:BB'>, 'RsaFingerprint': <'12-34'>, "
                              "'Version': <'1'>}");
    std::vector<ClientEntry> clients{
        {3, parse("{'State': <'connected'>, 'User': <'al\\nice'>, 'Address': <'192.0.2.7:1'>, "
                  "'SecurityType': <'x509-sasl'>, 'Mechanism': <'SCRAM-SHA-256'>, "
                  "'ViewOnly': <true>, 'ConnectedSince': <int64 0>}")},
        {4, parse("{'State': <'authenticating'>, 'Address': <'192.0.2.8:1'>}")}};
};

TEST_F(Report, ForPeople)
{
    const std::string text = status_text(status.get(), clients);
    for (const char* part :
         {"by the settings", "All is not well.", "tcp:127.0.0.1:5900", "AA:BB", "12-34", "al\\nice",
          "x509-sasl SCRAM-SHA-256", "view only", "logging in"}) {
        EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
    }
    EXPECT_EQ(clients_text({}), "");
}

TEST_F(Report, AsJson)
{
    EXPECT_EQ(clients_json({}), "[]");
    EXPECT_EQ(clients_json({clients[1]}),
              "[{\"Number\":4,\"State\":\"authenticating\",\"Address\":\"192.0.2.8:1\"}]");
    EXPECT_EQ(status_json(status.get(), {}),
              "{\"Enabled\":true,\"EnabledBy\":[\"settings\"],\"State\":\"sharing\","
              "\"StatusReason\":\"All is not well.\",\"Endpoints\":[\"tcp:127.0.0.1:5900\"],"
              "\"TlsFingerprint\":\"AA:BB\",\"RsaFingerprint\":\"12-34\",\"Version\":\"1\","
              "\"Clients\":[]}");
}

} // namespace
} // namespace gds::cli
