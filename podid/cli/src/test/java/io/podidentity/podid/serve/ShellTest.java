// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShellTest {

    @Test
    void assignment_ofAnyValue_isReadUnchangedByTheShell() {
        assertThat(Shell.sh.assignment("A", "it's $x")).isEqualTo("export A='it'\\''s $x'");
        assertThat(Shell.powershell.assignment("A", "it's $x")).isEqualTo("$env:A = 'it''s $x'");
    }

    @Test
    void usualOn_anOperatingSystem_isPowerShellOnWindowsOnly() {
        assertThat(Shell.usualOn("Windows 11")).isEqualTo(Shell.powershell);
        assertThat(Shell.usualOn("Linux")).isEqualTo(Shell.sh);
        assertThat(Shell.usualOn("Mac OS X")).isEqualTo(Shell.sh);
    }
}
