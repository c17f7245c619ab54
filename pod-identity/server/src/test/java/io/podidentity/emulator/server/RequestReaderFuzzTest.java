// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.server.RequestReader.BadRequestException;
import io.podidentity.testsupport.Mutations;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of chance: each is one, or is refused; for {@code -Dpodidentity.fuzz.seconds=N} seconds, or a moment. */
class RequestReaderFuzzTest {

    private static final List<String> GOOD = List.of(
            "GET /metadata/identity/oauth2/token?resource=x HTTP/1.1\r\nHost: 169.254.169.254\r\nMetadata: true\r\n\r\n",
            "POST /t/oauth2/v2.0/token HTTP/1.1\r\nContent-Length: 29\r\n\r\ngrant_type=client_credentials",
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n3;e=1\r\na=b\r\n0\r\n\r\n");

    @Test
    void next_ofWhateverBytes_isARequestOrARefusal() throws IOException {
        int seconds = Integer.getInteger("podidentity.fuzz.seconds", 0);
        long seed = Long.getLong("podidentity.fuzz.seed", seconds == 0 ? 1 : new Random().nextLong());
        var mutations = new Mutations(seed, GOOD);
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        int requests = 0;
        int refusals = 0;
        while (seconds > 0 ? System.nanoTime() - end < 0 : requests + refusals < 5_000) {
            String text = mutations.next();
            try {
                requests += readAll(text);
            } catch (BadRequestException | EOFException | IllegalArgumentException e) {
                // The last for what cannot be decoded; the server answers 400.
                refusals++;
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", text " + text, e);
            }
        }
        System.out.printf("HTTP: %,d requests, %,d refusals of seed %d%n", requests, refusals, seed);
        assertThat(requests).isPositive();
        assertThat(refusals).isPositive();
    }

    /** What two readers could take for two different messages. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 3\r\nContent-Length: 4",
                "Content-Length: 3\r\nContent-Length: 3",
                "Content-Length: 3, 3",
                "Content-Length: +3",
                "Content-Length: 0x3",
                "Content-Length: -1",
                "Content-Length : 3",
                "Content-Length:\u00003",
                "Content-Length: 3\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding: identity, chunked",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding:\u000bchunked",
                "Host: a\r\nHost: b",
                "X: a\r\n folded: b",
                "X: a\rTransfer-Encoding: chunked",
                "X\u0000: a",
                ": a",
                "no colon"
            })
    void next_ofAnAmbiguousHead_isRefused(String head) {
        assertThat(refused("POST / HTTP/1.1\r\n" + head + "\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n"))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "3\r\nabcd\r\n0\r\n\r\n",
                "3\r\nabcGET /smuggled HTTP/1.1\r\n0\r\n\r\n",
                "-1\r\n\r\n",
                "7fffffffffffffff\r\n\r\n",
                "zz\r\n\r\n"
            })
    void next_ofChunksThatDoNotAddUp_isRefused(String chunks) {
        assertThat(refused("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks))
                .isTrue();
    }

    private static boolean refused(String text) {
        try {
            readAll(text);
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static int readAll(String text) throws IOException {
        var reader = new RequestReader(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)),
                OutputStream.nullOutputStream(),
                Limits.OF_THE_EMULATOR,
                Set.of(),
                false,
                Request.Connection.NONE);
        int count = 0;
        for (Optional<Request> request = reader.next(); request.isPresent(); request = reader.next()) {
            request.get().segments();
            request.get().query();
            request.get().form();
            count++;
        }
        return count;
    }
}
