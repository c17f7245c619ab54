// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogReadingTest {

    /** Of the walk-through of 2020, for the version 1.5.4 that it shows; it cut the addresses. */
    static final String ARTICLE = """
            time="2020-01-25T09:55:08Z" level=warning msg="parameter resource cannot be empty" req.method=GET req.path=/metadata/identity/oauth2/token req.remote=
            time="2020-01-25T09:55:08Z" level=info msg="Status (400) took 58500 ns" req.method=GET req.path=/metadata/identity/oauth2/token req.remote=
            time="2020-01-25T09:55:08Z" level=info msg="matched identityType:0 clientid:e074##### REDACTED #####0f68 resource:" req.method=GET req.path=/metadata/identity/oauth2/token req.remote=
            time="2020-01-25T09:55:08Z" level=info msg="Status (200) took 350698785 ns" req.method=GET req.path=/metadata/identity/oauth2/token req.remote=
            """;

    private static LogReading read(String... lines) {
        return LogReading.of(Stream.of(lines));
    }

    private static String idOf(String line) {
        List<LogFinding> findings = read(line).findings();
        return findings.isEmpty() ? "" : findings.get(0).known().id();
    }

    static List<KnownLine> known() {
        return KnownLine.ALL;
    }

    @ParameterizedTest
    @MethodSource("known")
    void known_always_isWhatItsExampleIs(KnownLine known) {
        assertThat(idOf(known.example())).isEqualTo(known.id());
        assertThat(known.id()).matches("[a-z0-9-]+");
        assertThat(known.more()).startsWith("https://");
        if (known.kind() == KnownLine.Kind.PROBLEM) {
            assertThat(known.next()).as("what to do").isNotEmpty();
        }
    }

    @Test
    void known_always_hasAnIdOfItsOwn() {
        assertThat(known())
                .flatExtracting(KnownLine::id, KnownLine::from, KnownLine::example, KnownLine::says, KnownLine::more)
                .doesNotContain("");
        assertThat(known()).extracting(KnownLine::id).doesNotHaveDuplicates();
    }

    @Test
    void article_always_isKnownLineByLine() {
        LogReading reading = read(ARTICLE);

        assertThat(reading.lines()).isEqualTo(4);
        assertThat(reading.known()).isEqualTo(4);
        assertThat(reading.findings())
                .extracting(finding -> finding.known().id())
                .containsExactly("nmi-resource-empty", "nmi-status-400", "nmi-matched", "nmi-status-200");
        assertThat(LogTextReport.of(reading))
                .startsWith("""
                4 of 4 lines known

                NMI: the program asks for a token without saying for what, so NMI answers 400 (line 1)
                  | parameter resource cannot be empty
                  Why   1. the program passes an empty resource, such as GetAccessTokenAsync("")
                """)
                .contains("type 0, client ID e074##### REDACTED #####0f68")
                .endsWith("""

                Since line 4 a program gets its token.
                """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pod list is empty",
                "W0821 18:22:51.348117       1 client.go:257] list pod error: pod list is empty. Retrying, attempt number: 1",
                "2023-05-01T10:00:00.123456789Z W0821 18:22:51.348117       1 client.go:257] pod list is empty",
                "[pod/nmi-p8dnm/nmi] W0821 18:22:51.348117       1 client.go:257] pod list is empty",
                "time=\"2020-01-25T09:55:08Z\" level=error msg=\"pod list is empty\" req.method=GET",
                "{\"ts\":1,\"caller\":\"client.go:257\",\"msg\":\"request failed\",\"err\":\"pod list is empty\"}",
                "{\"log\":\"pod list is empty\\n\",\"stream\":\"stderr\"}",
                "\u001b[31mpod list is empty\u001b[0m"
            })
    void line_inWhateverFormat_isTheSame(String line) {
        assertThat(idOf(line)).isEqualTo("nmi-pod-unknown");
    }

    @Test
    void cause_thatNmiPassesOn_isTheFirstToBeTold() {
        LogReading reading =
                read("E0821 18:22:51.348117       1 server.go:366] failed to get service principal token for"
                        + " pod: shop/orders, error: failed to refresh token, error: adal: Refresh request failed. Status Code ="
                        + " '400'. Response body: {\"error\":\"unauthorized_client\",\"error_description\":\"AADSTS700016:"
                        + " Application with identifier '21111111-1111-4111-8111-111111111111' was not found in the directory"
                        + " 'contoso'.\"} Endpoint https://login.microsoftonline.com/t/oauth2/token?api-version=1.0");

        assertThat(reading.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.known().id()).isEqualTo("aadsts-700016");
            assertThat(finding.passedOnBy()).containsExactly("NMI");
            assertThat(finding.next().get(0)).contains("[?clientId=='21111111-1111-4111-8111-111111111111']");
        });
    }

    @Test
    void log_thatRepeatsItself_isToldOnce() {
        LogReading reading = read("some other line", "pod list is empty", "", "pod list is empty", "pod list is empty");

        assertThat(reading.lines()).isEqualTo(4);
        assertThat(reading.known()).isEqualTo(3);
        assertThat(LogTextReport.of(reading)).contains("3 of 4 lines known", "(3 times, lines 2 to 5)");
    }

    @Test
    void log_thatIsNotKnown_saysWhatWasLookedFor() {
        assertThat(LogTextReport.of(read("Hello", "World")))
                .startsWith("Nothing is known of 2 lines. Looked for " + known().size() + " lines of Entra ID, ")
                .endsWith("docs/logs.md\n");
    }

    @Test
    void command_withANameThatIsNoWord_leavesItToBeWritten() {
        LogReading reading =
                read("No AzureIdentityBinding found for pod a/$(reboot) that matches selector: x;id. it will"
                        + " be ignored");

        assertThat(reading.findings().get(0).next())
                .allSatisfy(line -> assertThat(line).doesNotContain("reboot", ";id"))
                .anySatisfy(line -> assertThat(line).contains("kubectl label pod POD -n NAMESPACE"));
    }

    @Test
    void line_ofAnAttacker_doesNotReachTheTerminal() {
        String report = LogTextReport.of(read(
                "pod list is empty \u001b]0;title\u0007\u001b[2J\u001b[1A\u202e\u0000\u009b31m" + " \r \u2028 \u001b"));

        assertThat(report.chars()
                        .filter(c ->
                                c != '\n' && (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT))
                        .count())
                .isZero();
        assertThat(report).doesNotContain("title", "[2J");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "eyJhbGciOiJSUzI1NiIsImtpZCI6Ik4ifQ.eyJzdWIiOiJzZWNyZXQifQ.c2lnbmF0dXJlc2lnbmF0dXJl",
                "client_secret=Abc8Q~x1y2z3secretsecret",
                "\"access_token\":\"opaqueopaque\"",
                "Authorization: Bearer opaqueopaqueopaque",
                "password: 'hunter2hunter2'",
                "AbCdEf1234567890AbCdEf1234567890AbCd~.Q"
            })
    void secret_inALine_isMasked(String secret) {
        String value = secret.replaceFirst(".*[=:] ?(?:Bearer )?[\"']?", "").replaceAll("[\"']", "");
        LogReading reading = read("pod list is empty " + secret + " end");

        assertThat(LogTextReport.of(reading)).contains("[hidden]").doesNotContain(value);
        assertThat(String.valueOf(reading.json())).doesNotContain(value);
    }

    @Test
    void name_thatLooksLikeNoSecret_stays() {
        String line = "pod list is empty for 21111111-1111-4111-8111-111111111111 of /subscriptions/S1/resourcegroups/"
                + "MC_Shop_Shop1_westeurope/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader,"
                + " secret: default/spaccess";

        assertThat(LogTextReport.of(read(line))).contains("| " + line);
    }

    /** Patterns must not take time that grows much faster than the line. */
    @Test
    @Timeout(20)
    void line_ofAnyLength_isReadInTime() {
        List<String> pieces = Stream.concat(
                        known().stream().map(KnownLine::example),
                        Stream.of(
                                "AADSTS700016 identifier '",
                                "169.254.169.254 dial tcp ",
                                "EnvironmentCredential",
                                " ",
                                "{\"a\":",
                                "\\\""))
                .toList();
        long start = System.nanoTime();
        for (String piece : pieces) {
            read(piece.repeat(5_000 / piece.length() + 1));
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void log_ofManyPods_isBounded() {
        LogReading reading = read(IntStream.range(0, 2_000)
                .mapToObj(i -> "pod default/p" + i + " has no assigned node yet. it will be ignored")
                .toArray(String[]::new));

        assertThat(reading.known()).isEqualTo(2_000);
        assertThat(reading.findings()).hasSize(200);
    }

    @Test
    void names_always_haveAPlaceThatTheirPatternFills() {
        var place = Pattern.compile("\\{([a-z]+)(?:\\.[a-z]+)?\\}");
        for (KnownLine known : known()) {
            Stream.concat(Stream.of(known.says()), Stream.concat(known.why().stream(), known.next().stream()))
                    .flatMap(text -> place.matcher(text).results())
                    .map(match -> match.group(1))
                    .forEach(name ->
                            assertThat(known.pattern().pattern()).as(known.id()).contains("(?<" + name + ">"));
        }
    }
}
