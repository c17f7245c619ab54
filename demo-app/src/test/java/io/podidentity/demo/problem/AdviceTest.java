package io.podidentity.demo.problem;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AdviceTest {

    @Test
    void parts_withACommand_tellItFromTheProse() {
        assertThat(Advice.parts("Run 'az login', then try again."))
                .containsExactly(
                        new Advice.Part("Run ", false),
                        new Advice.Part("az login", true),
                        new Advice.Part(", then try again.", false));
    }

    @Test
    void parts_withACommandAtTheEnd_dropTheFullStop() {
        assertThat(Advice.parts("Run 'az login'."))
                .containsExactly(new Advice.Part("Run ", false), new Advice.Part("az login", true));
    }

    @Test
    void parts_withApostrophes_areProse() {
        String advice = "Compare the pod's label with the binding's selector.";

        assertThat(Advice.parts(advice)).containsExactly(new Advice.Part(advice, false));
    }

    @Test
    void parts_ofNothing_areNone() {
        assertThat(Advice.parts("")).isEmpty();
    }
}
