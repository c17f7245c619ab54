// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RemedyPartTest {

    @Test
    void of_aRemedyWithACommand_tellsItFromTheProse() {
        assertThat(RemedyPart.of("Run 'az login', then try again."))
                .containsExactly(
                        new RemedyPart("Run ", false),
                        new RemedyPart("az login", true),
                        new RemedyPart(", then try again.", false));
    }

    @Test
    void of_aCommandAtTheEnd_dropsTheFullStop() {
        assertThat(RemedyPart.of("Run 'az login'."))
                .containsExactly(new RemedyPart("Run ", false), new RemedyPart("az login", true));
    }

    @Test
    void of_apostrophes_isProse() {
        String advice = "Compare the pod's label with the binding's selector.";

        assertThat(RemedyPart.of(advice)).containsExactly(new RemedyPart(advice, false));
    }

    @Test
    void of_nothing_isEmpty() {
        assertThat(RemedyPart.of("")).isEmpty();
    }
}
