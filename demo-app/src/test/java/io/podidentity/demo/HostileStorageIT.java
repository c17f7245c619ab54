// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.emulator.http.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A storage account that means harm: by what it names, what it says its blobs are, and what it answers at all. A test
 * for CI.
 */
@EnabledIfSystemProperty(named = "podidentity.long", matches = "true")
@Timeout(120)
class HostileStorageIT {
    private static final String HEAD = "<?xml version=\"1.0\"?>";
    private static final String LIST =
            "<EnumerationResults><Blobs><Blob><Name>&x;</Name></Blob></Blobs></EnumerationResults>";

    private final DemoProcess demo = AttackedDemo.demo();

    @Test
    void names_withMarkupAndEscapes_areText() throws Exception {
        AttackedDemo.storageLists(
                "<script>alert(1)</script>.txt",
                "\"onmouseover=alert(1) x=\".txt",
                "javascript:alert(1)",
                "//evil.example/x",
                "\u202Egnp.exe",
                "a\u200Fb\u2066c");

        String page = AttackedDemo.text(demo.get("/").body());
        assertThat(page)
                .doesNotContain(
                        "<script>", "\"onmouseover", "href=\"javascript:", "href=\"//", "\u202E", "\u200F", "\u2066")
                .contains("&lt;script&gt;", "\uFFFDgnp.exe");
        HttpResponse<byte[]> api = demo.get("/api/blobs");
        assertThat(api.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(api.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/html",
                "image/svg+xml",
                "*/*",
                "text/html;charset=utf-7",
                "multipart/x-mixed-replace",
                "text/xsl"
            })
    void content_ofATypeThatRunsScripts_isSavedAndBoxedIn(String type) throws Exception {
        byte[] script = "<script>alert(1)</script>".getBytes(UTF_8);
        AttackedDemo.storage(request -> AttackedDemo.blob(type, script, script.length));

        HttpResponse<byte[]> answer = demo.get("/api/blobs/a%0d%0aSet-Cookie:%20a=b%22;.html");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(answer.headers().firstValue("Content-Disposition"))
                .hasValueSatisfying(value -> assertThat(value).startsWith("attachment"));
        assertThat(answer.headers().allValues("Content-Security-Policy"))
                .singleElement()
                .asString()
                .endsWith("sandbox");
    }

    static Stream<Arguments> bombs() throws IOException {
        StringBuilder laughs = new StringBuilder(HEAD + "<!DOCTYPE x [<!ENTITY x0 \"" + "ha".repeat(50) + "\">");
        for (int i = 1; i < 10; i++) {
            laughs.append("<!ENTITY x" + i + " \"" + ("&x" + (i - 1) + ";").repeat(10) + "\">");
        }
        String quadratic = HEAD + "<!DOCTYPE x [<!ENTITY x \"" + "a".repeat(100_000) + "\">]>"
                + LIST.replace("&x;", "&x;".repeat(100_000));
        return Stream.of(
                Arguments.of("entities of entities", xml(laughs + "]>" + LIST.replace("&x;", "&x9;"))),
                Arguments.of("one long entity many times", xml(quadratic)),
                Arguments.of("a depth of a million", xml(HEAD + "<EnumerationResults>" + "<a>".repeat(1_000_000))),
                Arguments.of("a million attributes", xml(HEAD + "<EnumerationResults " + attributes() + "/>")),
                Arguments.of(
                        "a list without an end",
                        endless(HEAD + "<EnumerationResults><Blobs>", "<Blob><Name>a</Name></Blob>")),
                Arguments.of("a name without an end", endless(HEAD + "<EnumerationResults><Blobs><Blob><Name>", "a")),
                Arguments.of("compressed, unasked", xml("").with("Content-Encoding", "gzip")),
                Arguments.of("a gigabyte, compressed", gigabyte()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bombs")
    void list_thatIsABomb_isToldWithinTheTimeAndCostsNoMemory(String what, Answer bomb) throws Exception {
        AttackedDemo.storage(request -> bomb);
        Instant start = Instant.now();

        HttpResponse<byte[]> answer = demo.get("/api/blobs");

        assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(12));
        assertThat(answer.statusCode()).isIn(502, 503);
        assertThat(AttackedDemo.text(answer.body())).contains("urn:podidentity:problem:storage-");
        AttackedDemo.storageLists("hello.txt");
        assertThat(AttackedDemo.text(demo.get("/api/blobs").body())).contains("hello.txt");
        assertThat(demo.log()).doesNotContain("OutOfMemoryError", "\tat ");
    }

    @Test
    void content_thatDoesNotEnd_isRefused() throws Exception {
        Answer endless = endless("", "x").with("ETag", "\"0x1\"").with("Content-Range", "bytes 0-999/1000");
        AttackedDemo.storage(request -> request.method().equals("HEAD") ? blob(new byte[1000]) : endless);

        assertThat(AttackedDemo.text(demo.get("/api/blobs/a.txt").body())).contains("urn:podidentity:problem:storage-");
        assertThat(demo.isAlive()).isTrue();
    }

    /** Longer than a block, so that the first one is sent before the storage account fails. */
    @Test
    void content_thatBreaksOffInTheMiddle_endsTheConnectionAndIsOneLineOfTheLog() throws Exception {
        byte[] block = new byte[600_000];
        AttackedDemo.storage(request -> request.method().equals("HEAD")
                ? blob(block)
                : request.header("x-ms-range").orElse("").startsWith("bytes=0-")
                        ? AttackedDemo.blob("text/plain", Arrays.copyOf(block, 256 * 1024), block.length)
                        : Answer.empty(409));
        String before = demo.log();

        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> demo.get("/api/blobs/big.bin")).isInstanceOf(IOException.class);
        }

        AttackedDemo.storageLists("hello.txt");
        assertThat(demo.get("/api/blobs").statusCode()).isEqualTo(200);
        assertThat(demo.log().substring(before.length()).strip().lines())
                .singleElement()
                .asString()
                .contains("WARN", "The storage account failed", "HTTP 409");
    }

    /** Answers to HEAD have no body, and a proxy's have none either. */
    @ParameterizedTest
    @ValueSource(strings = {"/api/blobs", "/api/blobs/hello.txt"})
    void storage_thatIsBusyWithoutABody_isBusyForAsLongAsItSays(String path) throws Exception {
        AttackedDemo.storage(request -> Answer.empty(503).with("Retry-After", "7"));

        HttpResponse<byte[]> answer = demo.get(path);

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("7");
        assertThat(AttackedDemo.text(answer.body())).contains("urn:podidentity:problem:storage-busy", "HTTP 503");
    }

    private static Answer blob(byte[] content) {
        return AttackedDemo.blob("text/plain", content, content.length);
    }

    @Test
    void list_withAnEntityFromElsewhere_asksNobodyAndReadsNoFile() throws Exception {
        try (ServerSocket elsewhere = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            elsewhere.setSoTimeout(1);
            for (String url :
                    new String[] {"http://localhost:" + elsewhere.getLocalPort() + "/", "file:///etc/hostname"}) {
                for (String kind : new String[] {"<!ENTITY x SYSTEM \"", "<!ENTITY % x SYSTEM \""}) {
                    String use = kind.contains("%") ? "%x;" : "";
                    AttackedDemo.storage(
                            request -> xml(HEAD + "<!DOCTYPE x [" + kind + url + "\">" + use + "]>" + LIST));

                    HttpResponse<byte[]> answer = demo.get("/api/blobs");

                    assertThat(AttackedDemo.text(answer.body()))
                            .doesNotContain(InetAddress.getLocalHost().getHostName());
                    assertThat(isAsked(elsewhere)).isFalse();
                }
            }
        }
    }

    private static boolean isAsked(ServerSocket server) throws IOException {
        try {
            server.accept().close();
            return true;
        } catch (SocketTimeoutException nobody) {
            return false;
        }
    }

    private static Answer xml(String text) {
        return Answer.text(200, "application/xml", text);
    }

    private static String attributes() {
        StringBuilder attributes = new StringBuilder();
        for (int i = 0; i < 1_000_000; i++) {
            attributes.append(" a").append(i).append("='1'");
        }
        return attributes.toString();
    }

    private static Answer gigabyte() throws IOException {
        ByteArrayOutputStream small = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(small)) {
            zip.write((HEAD + "<EnumerationResults>").getBytes(UTF_8));
            byte[] blanks = new byte[1 << 20];
            for (int i = 0; i < 1 << 10; i++) {
                zip.write(blanks);
            }
        }
        return Answer.bytes(200, small.toByteArray())
                .with("Content-Type", "application/xml")
                .with("Content-Encoding", "gzip");
    }

    /** As fast as it can, until the demo hangs up. */
    private static Answer endless(String beginning, String more) {
        byte[] block = more.repeat((1 << 16) / more.length()).getBytes(UTF_8);
        return Answer.of(200, -1, out -> {
                    out.write(beginning.getBytes(UTF_8));
                    while (true) {
                        out.write(block);
                    }
                })
                .with("Content-Type", "application/xml");
    }
}
