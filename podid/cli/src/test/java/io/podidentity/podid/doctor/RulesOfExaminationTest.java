package io.podidentity.podid.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.podid.check.rule.AllRules;
import org.junit.jupiter.api.Test;

/** A doctor leaves out what only seems to be missing; a name that no check has would leave out nothing. */
class RulesOfExaminationTest {

    @Test
    void examination_always_leavesOutChecksThatExist() {
        assertThat(AllRules.words())
                .containsAll(Examination.NOT_HERE)
                .containsAll(Examination.OF_BINDINGS)
                .contains(Examination.OF_ACCOUNTS);
    }
}
