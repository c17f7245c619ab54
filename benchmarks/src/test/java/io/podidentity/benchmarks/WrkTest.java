// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class WrkTest {
    @Test
    void of_anOutput_readsItInMilliseconds() throws IOException {
        Wrk load = Wrk.of("""
                Running 4s test @ http://127.0.0.1:18401/api/blobs
                  1 threads and 50 connections
                  Thread Stats   Avg      Stdev     Max   +/- Stdev
                    Latency    47.91ms   21.30ms 372.12ms   91.03%
                    Req/Sec     1.07k   151.03     1.29k    75.00%
                  Latency Distribution
                     50%  842.00us
                     75%   52.02ms
                     90%   60.21ms
                     99%    1.42s
                  4285 requests in 4.01s, 2.38MB read
                  Socket errors: connect 0, read 1, write 0, timeout 44
                  Non-2xx or 3xx responses: 3
                Requests/sec:   1069.67
                Transfer/sec:    607.90KB
                """);

        assertThat(load).isEqualTo(new Wrk(4285, 1069.67, 0.842, 1420, 48));
    }

    @Test
    void of_whatIsNoMeasurement_showsIt() {
        assertThatThrownBy(() -> Wrk.of("unable to connect to 127.0.0.1:1 Connection refused"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Connection refused");
    }
}
