package io.podidentity.demo.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProblemTest {

    @Test
    void parts_withACommand_tellItFromTheProse() {
        assertThat(Problem.parts("Run 'az login', then try again."))
                .containsExactly(
                        new Problem.Part("Run ", false),
                        new Problem.Part("az login", true),
                        new Problem.Part(", then try again.", false));
    }

    @Test
    void parts_withACommandAtTheEnd_dropTheFullStop() {
        assertThat(Problem.parts("Run 'az login'."))
                .containsExactly(new Problem.Part("Run ", false), new Problem.Part("az login", true));
    }

    @Test
    void parts_withApostrophes_areProse() {
        String advice = "Compare the pod's label with the binding's selector.";

        assertThat(Problem.parts(advice)).containsExactly(new Problem.Part(advice, false));
    }

    @Test
    void parts_ofNothing_areNone() {
        assertThat(Problem.parts("")).isEmpty();
    }
}
