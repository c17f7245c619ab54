// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentTest {
    @ParameterizedTest
    @CsvSource({
        "HOME, /there, false, /there",
        "HOME, ' /there ', false, /there",
        "HOME, there, false, ACCOUNT",
        "HOME, '', false, ACCOUNT",
        "USERPROFILE, /there, false, ACCOUNT",
        "USERPROFILE, /there, true, /there",
        "UserProfile, /there, true, /there",
        "HOME, /there, true, ACCOUNT",
    })
    void home_ofVariables_isWhereTheToolsLook(String name, String value, boolean windows, String home) {
        String expected = home.equals("ACCOUNT") ? System.getProperty("user.home") : home;

        assertThat(Environment.of(Map.of(name, value), false, windows).home()).isEqualTo(expected);
    }

    @Test
    void get_onWindows_ignoresTheCaseOfTheName() {
        Map<String, String> variables = Map.of("Path", " one ");

        assertThat(new Environment(variables, false, true, "").get("PATH")).isEqualTo("one");
        assertThat(new Environment(variables, false, true, "").getRaw("path")).isEqualTo(" one ");
        assertThat(new Environment(variables, false, false, "").get("PATH")).isNull();
    }

    @Test
    void get_onWindowsOfTwoThatDifferInCaseOnly_prefersTheExactName() {
        Map<String, String> variables = new HashMap<>(Map.of("Path", "one", "PATH", "two"));

        assertThat(new Environment(variables, false, true, "").get("Path")).isEqualTo("one");
        assertThat(new Environment(variables, false, true, "").get("PATH")).isEqualTo("two");
    }

    @Test
    void withAndWithout_onWindows_meanTheNameInAnyCase() {
        Environment windows = new Environment(Map.of("Path", "one", "x", "y"), false, true, "");

        assertThat(windows.with("PATH", "two").variables()).isEqualTo(Map.of("PATH", "two", "x", "y"));
        assertThat(windows.without("PATH").variables()).isEqualTo(Map.of("x", "y"));
    }
}
