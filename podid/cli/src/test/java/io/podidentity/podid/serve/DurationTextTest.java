// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DurationTextTest {

    @Test
    void parse_ofAnyForm_readsIt() {
        assertThat(DurationText.parse("90s")).isEqualTo(Duration.ofSeconds(90));
        assertThat(DurationText.parse("1h30m")).isEqualTo(Duration.ofMinutes(90));
        assertThatThrownBy(() -> DurationText.parse("soon"))
                .hasMessage("\"soon\" is not a duration: write it as 90s, 10m or 1h30m");
    }
}
