package io.podidentity.podid.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.podid.check.rule.AllRules;
import org.junit.jupiter.api.Test;

/** Advice takes its words from checks, which it names; a name that no check has would take them from none. */
class RulesOfAdviceTest {

    @Test
    void advice_ofPodIdentity_namesChecksThatExist() {
        assertThat(PodIdentityAdvice.REASONS.values())
                .isNotEmpty()
                .allSatisfy(rules -> assertThat(AllRules.words()).containsAll(rules));
        assertThat(AllRules.words()).containsAll(PodIdentityAdvice.CAUSES);
    }

    @Test
    void advice_ofWorkloadIdentity_namesChecksThatExist() {
        assertThat(AllRules.words()).containsAll(WorkloadAdvice.OF_LABELS).containsAll(WorkloadAdvice.OF_ACCOUNTS);
    }
}
