// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.entra;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GrantsTest {

    @Test
    void grants_thatAreTooMany_forgetTheOldest() {
        var grants = new Grants<Integer>();
        String first = grants.add(0);
        String second = grants.add(1);
        for (int i = 2; i <= 1_000; i++) {
            grants.add(i);
        }

        assertThat(grants.find(first)).isEmpty();
        assertThat(grants.remove(second)).contains(1);
        assertThat(grants.find(second)).isEmpty();
    }
}
