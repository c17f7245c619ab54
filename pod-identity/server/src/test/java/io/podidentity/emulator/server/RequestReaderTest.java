// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.podidentity.emulator.http.GoText;
import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.server.RequestReader.BadRequestException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestReaderTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void next_withTwoRequestsOnOneConnection_readsBoth() throws IOException {
        var reader = reader("POST /a?x=1 HTTP/1.1\r\ncontent-length: 3\r\n\r\nb=2GET //c%20d HTTP/1.1\r\n\r\n");

        Request first = reader.next().orElseThrow();
        assertThat(first.method()).isEqualTo("POST");
        assertThat(first.rawPath()).isEqualTo("/a");
        assertThat(first.query().get("x")).contains("1");
        assertThat(first.form().get("b")).contains("2");
        Request second = reader.next().orElseThrow();
        assertThat(second.rawPath()).isEqualTo("//c%20d");
        assertThat(second.segments()).containsExactly("c d");
        assertThat(reader.next()).isEqualTo(Optional.empty());
    }

    /** As a client sends it that has the server for its HTTP proxy. */
    @ParameterizedTest
    @CsvSource({
        "http://169.254.169.254/metadata/instance?a=b, /metadata/instance",
        "HTTP://localhost:80, /",
        "http://127.0.0.1?a=b, /"
    })
    void next_withAWholeUrl_takesItsPath(String url, String path) throws IOException {
        assertThat(reader("GET " + url + " HTTP/1.1\r\n\r\n")
                        .next()
                        .orElseThrow()
                        .rawPath())
                .isEqualTo(path);
    }

    @Test
    void next_withAChunkedBody_joinsTheChunks() throws IOException {
        var reader = reader("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;e=1\r\na=b\r\n1\r\nc\r\n0\r\n\r\n");
        assertThat(reader.next().orElseThrow().form().get("a")).contains("bc");
    }

    @Test
    void next_whenTheClientWaitsForLeave_givesIt() throws IOException {
        reader("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx")
                .next();
        assertThat(out.toString(StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource({"HTTP/1.1, keep-alive, false", "HTTP/1.1, Close, true", "HTTP/1.0, keep-alive, true"})
    void isLast_byVersionAndHeader_saysWhetherTheConnectionEnds(String version, String connection, boolean last)
            throws IOException {
        var reader = reader("GET / " + version + "\r\nConnection: " + connection + "\r\n\r\n");
        assertThat(reader.next().orElseThrow().isLast()).isEqualTo(last);
    }

    @ParameterizedTest
    @CsvSource({
        "nonsense, 400",
        "GET http://example.com/ HTTP/1.1, 421",
        "GET / HTTP/2, 400",
        "GET / HTTP/1.1|no colon, 400",
        "POST / HTTP/1.1|Content-Length: -1, 400",
        "POST / HTTP/1.1|Content-Length: many, 400",
        "POST / HTTP/1.1|Content-Length: 1048577, 413",
        "POST / HTTP/1.1|Content-Length: 99999999999999999999, 400",
        "POST / HTTP/1.1|Transfer-Encoding: chunked||100001, 413",
        "GET / HTTP/1.2, 400",
        "GET / HTTP/1.1|Host: a|Host: b, 400",
        "POST / HTTP/1.1|Content-Length: 1|content-length: 2, 400",
        "POST / HTTP/1.1|Content-Length: +1, 400",
        "POST / HTTP/1.1|Content-Length: 5|Transfer-Encoding: chunked, 400",
        "POST / HTTP/1.1|Transfer-Encoding: identity, 400",
        "POST / HTTP/1.1|Transfer-Encoding: chunked|Transfer-Encoding: chunked, 400",
        "POST / HTTP/1.1|Transfer-Encoding : chunked, 400",
        "'GET / HTTP/1.1|a: b| folded: c', 400"
    })
    void next_withABadRequest_refusesIt(String lines, int status) {
        var reader = reader(lines.replace("|", "\r\n") + "\r\n\r\n");
        assertThatExceptionOfType(BadRequestException.class)
                .isThrownBy(reader::next)
                .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(status));
    }

    @Test
    void next_withAnEndlessHead_refusesIt() {
        var reader = reader("GET / HTTP/1.1\r\na: " + "b".repeat(Limits.OF_THE_EMULATOR.head()));
        assertThatExceptionOfType(BadRequestException.class)
                .isThrownBy(reader::next)
                .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(431));
    }

    @Test
    void next_withHalfABody_fails() {
        assertThatExceptionOfType(EOFException.class)
                .isThrownBy(reader("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx")::next);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /",
                "GET / HTTP/1.1\r\n",
                "GET / HTTP/1.1\r\nMetadata: tr",
                "GET / HTTP/1.1\r\nMetadata: true\r\n",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
            })
    void next_withHalfAHead_fails(String half) {
        assertThatExceptionOfType(EOFException.class).isThrownBy(reader(half)::next);
    }

    @Test
    void next_ofAClientThatWaitsToSendNothing_givesNoLeave() throws IOException {
        reader("GET / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n").next();
        assertThat(out.size()).isZero();
    }

    /** What Go's server refuses, and what it is more lenient with. */
    @ParameterizedTest
    @CsvSource({
        "GET / HTTP/1.1|Host: a b, 400",
        "GET / HTTP/1.1|Host: a/b, 400",
        "GET / HTTP/1.1|a: b, 400",
        "GET / HTTP/1.1|Host: a|Expect: x, 417",
        "GET / HTTP/1.1|Host: a|Content-Length: 0|Content-Length: 1, 400",
        "'GET / HTTP/1.1| folded: first', 400",
        "GET / HTTP/1.1|Host: [::1]:80, 0",
        "GET http://other.example/ HTTP/1.1|Host: a, 0",
        "GET / HTTP/1.1|Host: a|Content-Length: 0|Content-Length: 0, 0",
        "GET / HTTP/1.1|Host: a|Expect: 100-Continue, 0",
        "GET / HTTP/1.0, 0"
    })
    void next_asGo_readsWhatGoReads(String lines, int refused) throws IOException {
        var reader = reader(lines.replace("|", "\r\n") + "\r\n\r\n", true);
        if (refused == 0) {
            assertThat(reader.next()).isPresent();
        } else {
            assertThatExceptionOfType(BadRequestException.class)
                    .isThrownBy(reader::next)
                    .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(refused));
        }
    }

    @Test
    void next_asGo_joinsAFoldedLine() throws IOException {
        var reader =
                reader("GET / HTTP/1.1\r\nHost: a\r\nMetadata: tr\r\n\t ue \r\nX: y\r\nX: z\r\n rest\r\n\r\n", true);
        Request request = reader.next().orElseThrow();
        assertThat(request.header("Metadata")).contains("tr ue");
        assertThat(request.header("X")).contains("y");
    }

    @ParameterizedTest
    @CsvSource({"keep-alive, false", "Keep-Alive, false", "close, true", "'', true"})
    void isLast_ofHttp10AsGo_isWhatTheClientSays(String connection, boolean last) throws IOException {
        var reader = reader("GET / HTTP/1.0\r\nConnection: " + connection + "\r\n\r\n", true);
        assertThat(reader.next().orElseThrow().isLast()).isEqualTo(last);
    }

    @Test
    void query_asGo_keepsBytesThatAreNoText() {
        var parameters = Parameters.parseAsGo("resource=%FF%FE%C3%BC", false);
        String resource = parameters.get("resource").orElseThrow();
        assertThat(Request.encoded(Map.of("resource", resource))).isEqualTo("resource=%FF%FE%C3%BC");
        assertThat(GoText.quoted(resource)).isEqualTo("\"\\xff\\xfeü\"");
        assertThat(GoText.json(resource)).isEqualTo("\"\\ufffd\\ufffdü\"");
    }

    private RequestReader reader(String bytes) {
        return reader(bytes, false);
    }

    private RequestReader reader(String bytes, boolean go) {
        return new RequestReader(
                new ByteArrayInputStream(bytes.getBytes(StandardCharsets.UTF_8)),
                out,
                Limits.OF_THE_EMULATOR,
                Set.of(),
                go,
                go ? new Request.Connection("", true, Request.Connection.NONE.watch()) : Request.Connection.NONE);
    }
}
