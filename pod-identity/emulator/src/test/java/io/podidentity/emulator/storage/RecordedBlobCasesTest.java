// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cases.Case;
import io.podidentity.emulator.json.Json;
import io.podidentity.testsupport.Client;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Asks the emulated account what Azurite was asked, as {@code e2e/real/blobs.py} recorded it in
 * {@code cases/blobs.json}. Where our answer is another one and no refusal, {@code cases/blob-exceptions.json} has the
 * reason.
 */
class RecordedBlobCasesTest {

    private static final Path DOCUMENT = Path.of("..", "..", "docs", "testing.md");
    private static final Map<String, Map<String, Object>> CASES = cases();
    private static final Map<String, String> REASONS = reasons();

    private static PodIdentityEmulator azure;
    private static BlobCases account;

    /** How our answers to a case compare. */
    private enum Verdict {
        EQUAL,
        /** With status 501, in place of what Azurite does. */
        REFUSED,
        DIFFERENT
    }

    @BeforeAll
    static void start() throws Exception {
        azure = PodIdentityEmulator.builder()
                .application("contributor", "o1", "secret")
                .role("o1", "Storage Blob Data Contributor")
                .start();
        account = new BlobCases(azure.storage(), azure.sslContext(), token());
    }

    @AfterAll
    static void close() {
        azure.close();
    }

    private static String token() throws Exception {
        var answer = Client.of(azure.sslContext())
                .post(
                        azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/token",
                        Map.of(
                                "grant_type", "client_credentials",
                                "client_id", "contributor",
                                "client_secret", "secret",
                                "scope", "https://storage.azure.com/.default"));
        return (String) Client.json(answer).get("access_token");
    }

    static Stream<String> names() {
        return CASES.keySet().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void answer_asAzuriteWasAsked_isTheSameOrThereIsAReason(String name) throws Exception {
        Map<String, Object> asked = CASES.get(name);
        List<Object> ours = account.answers(asked);
        boolean hasReason = REASONS.containsKey(name);

        if (verdict(asked, ours) == Verdict.DIFFERENT && !hasReason) {
            assertThat(Json.write(ours)).isEqualTo(Json.write(asked.get("answers")));
        }
        assertThat(hasReason).isEqualTo(verdict(asked, ours) == Verdict.DIFFERENT);
    }

    @Test
    void refusal_always_namesWhatIsNotPlayedAndAzurite() throws Exception {
        account.answers(CASES.get("put from a URL"));

        assertThat(account.lastRefusal())
                .contains(
                        "<Code>NotImplemented</Code>",
                        "podid does not play the header x-ms-copy-source. Use Azurite with podid's tokens");
    }

    @Test
    void document_always_hasTheCounts() throws Exception {
        var counts = new EnumMap<Verdict, Integer>(Verdict.class);
        for (Map<String, Object> asked : CASES.values()) {
            counts.merge(verdict(asked, account.answers(asked)), 1, Integer::sum);
        }

        assertThat(DOCUMENT)
                .content()
                .contains("| %d | %d | %d | %d |"
                        .formatted(
                                CASES.size(),
                                counts.get(Verdict.EQUAL),
                                counts.get(Verdict.REFUSED),
                                counts.get(Verdict.DIFFERENT)));
    }

    private static Verdict verdict(Map<String, Object> asked, List<Object> ours) {
        List<Object> recorded = Case.list(asked.get("answers"));
        boolean equal = IntStream.range(0, ours.size())
                .allMatch(step -> isEqual(Case.object(recorded.get(step)), Case.object(ours.get(step))));
        if (equal) {
            return Verdict.EQUAL;
        }
        return Json.write(ours).contains("\"code\":\"NotImplemented\"") ? Verdict.REFUSED : Verdict.DIFFERENT;
    }

    /** Azurite leaves out the code of some errors. */
    private static boolean isEqual(Map<String, Object> recorded, Map<String, Object> ours) {
        boolean withoutCode = "".equals(recorded.get("code"));
        return withoutCode
                ? recorded.get("status").equals(ours.get("status"))
                : Json.write(recorded).equals(Json.write(ours));
    }

    private static Map<String, Map<String, Object>> cases() {
        var byName = new LinkedHashMap<String, Map<String, Object>>();
        for (Object recorded : read("blobs.json")) {
            Map<String, Object> asked = Case.object(recorded);
            byName.put(String.valueOf(asked.get("name")), asked);
        }
        return byName;
    }

    private static Map<String, String> reasons() {
        var byName = new LinkedHashMap<String, String>();
        for (Object group : read("blob-exceptions.json")) {
            Map<String, Object> exception = Case.object(group);
            for (Object name : Case.list(exception.get("cases"))) {
                byName.put(String.valueOf(name), String.valueOf(exception.get("reason")));
            }
        }
        return byName;
    }

    private static List<Object> read(String file) {
        try (InputStream in = RecordedBlobCasesTest.class.getResourceAsStream("/cases/" + file)) {
            return Json.array(new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException | ParseException e) {
            throw new IllegalStateException(file, e);
        }
    }
}
