// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.internal.text.Environment;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToolTest {
    @TempDir
    private Path root;

    @Test
    void find_whenAzIsInAFolderOfThePath_isThatFile() throws IOException {
        Path first = folder("first");
        Path second = folder("second");
        Path az = az(second);
        az(folder("third"));

        assertThat(find("PATH", first + ":" + second + ":" + root.resolve("third")))
                .containsExactly(az.toString());
    }

    @Test
    void find_whenItIsNotExecutable_looksFurther() throws IOException {
        Path first = folder("first");
        Files.createFile(first.resolve("az"));
        Path az = az(folder("second"));

        assertThat(find("PATH", first + ":" + az.getParent())).containsExactly(az.toString());
    }

    @Test
    void find_whenItIsAFolder_looksFurther() throws IOException {
        folder("first/az");
        Path az = az(folder("second"));

        assertThat(find("PATH", root.resolve("first") + ":" + az.getParent())).containsExactly(az.toString());
    }

    @Test
    void find_whenAFolderIsNamed_prefersIt() throws IOException {
        az(folder("path"));
        Path az = az(folder("named"));

        assertThat(find("PATH", root.resolve("path").toString(), "AzureCLIPath", " " + az.getParent() + " "))
                .containsExactly(az.toString());
    }

    @Test
    void find_whenTheNamedFolderHasNone_looksInThePath() throws IOException {
        Path az = az(folder("path"));

        assertThat(find(
                        "PATH",
                        az.getParent().toString(),
                        "AzureCLIPath",
                        root.resolve("gone").toString()))
                .containsExactly(az.toString());
    }

    @Test
    void find_inTheHomeFolder_isThatOfPip() throws IOException {
        Path az = az(folder("home/.local/bin"));
        List<String> usual = new Tool(environment(Map.of(), false, "/nowhere"), "az").findCommand();

        assertThat(new Tool(environment(Map.of(), false, root.resolve("home").toString()), "az").findCommand())
                .isEqualTo(usual == null ? List.of(az.toString()) : usual);
    }

    @ParameterizedTest
    @ValueSource(strings = {":", "::", ".", "./", "..:.", ".:", ":.", "bin", "~", "bin:.:"})
    void find_whenThePathNamesTheWorkingDirectory_neverTakesAFileOfIt(String path) throws IOException {
        List<String> without = find("PATH", "/nowhere");
        File here = new File("az").getAbsoluteFile();
        assertThat(here.createNewFile()).as("no az in the working directory").isTrue();
        try {
            assertThat(here.setExecutable(true)).isTrue();

            assertThat(find("PATH", path)).isEqualTo(without);
            assertThat(find("PATH", path, "AzureCLIPath", ".")).isEqualTo(without);
        } finally {
            Files.delete(here.toPath());
        }
    }

    @Test
    void find_afterEmptyEntries_stillFindsIt() throws IOException {
        Path az = az(folder("path"));

        assertThat(find("PATH", "::.:bin:" + az.getParent() + ":")).containsExactly(az.toString());
    }

    @Test
    void find_onWindows_isThePythonBesideTheScript() throws IOException {
        Path wbin = folder("CLI2/wbin");
        Files.createFile(wbin.resolve("az.cmd"));
        Path python = Files.createFile(root.resolve("CLI2/python.exe"));

        assertThat(onWindows(Map.of("Path", wbin.toString()))).containsExactly(python.toString(), "-IBm", "azure.cli");
        assertThat(onWindows(Map.of("AzureCLIPath", wbin.toString())))
                .containsExactly(python.toString(), "-IBm", "azure.cli");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PATH", "Path", "path"})
    void find_onWindows_takesThePathInAnyCase(String name) throws IOException {
        Path wbin = folder("CLI2/wbin");
        Files.createFile(wbin.resolve("az.cmd"));
        Files.createFile(root.resolve("CLI2/python.exe"));

        assertThat(onWindows(Map.of(name, wbin.toString()))).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "Python312/Scripts, az.bat, Python312/python.exe",
        "venv/Scripts, az.bat, venv/Scripts/python.exe",
        "conda/envs/a/Scripts, az.cmd, conda/envs/a/python.exe"
    })
    void find_onWindowsOfPipOrConda_isThePythonThatTheScriptStarts(String folder, String script, String python)
            throws IOException {
        Files.createFile(folder(folder).resolve(script));
        Files.createFile(root.resolve(python));

        assertThat(onWindows(Map.of("PATH", root.resolve(folder).toString())))
                .containsExactly(root.resolve(python).toString(), "-IBm", "azure.cli");
    }

    @ParameterizedTest
    @ValueSource(strings = {"wbin", "bin"})
    void find_onWindowsOfScoop_isThePythonOfTheAppBehindTheScript(String bin) throws IOException {
        Files.createFile(folder("scoop/shims").resolve("az.cmd"));
        Files.createFile(folder("scoop/apps/azure-cli/current/" + bin).resolve("az.cmd"));
        Path python = Files.createFile(root.resolve("scoop/apps/azure-cli/current/python.exe"));

        assertThat(onWindows(Map.of("PATH", root.resolve("scoop/shims").toString())))
                .containsExactly(python.toString(), "-IBm", "azure.cli");
    }

    @Test
    void find_onWindowsWithoutItsPython_isNotInstalled() throws IOException {
        Path wbin = folder("CLI2/wbin");
        Files.createFile(wbin.resolve("az.cmd"));

        assertThat(onWindows(Map.of("Path", wbin.toString()))).isNull();
    }

    @Test
    void find_onWindowsWithAPythonAlone_isNotInstalled() throws IOException {
        Path wbin = folder("CLI2/wbin");
        Files.createFile(root.resolve("CLI2/python.exe"));
        az(wbin);

        assertThat(onWindows(Map.of("Path", wbin.toString()))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ProgramFiles", "ProgramFiles(x86)"})
    void find_onWindows_knowsWhereItIsUsually(String variable) throws IOException {
        // On the machine that runs this test, a backslash is an ordinary character in a file name.
        Path wbin = folder("pf\\Microsoft SDKs\\Azure\\CLI2\\wbin");
        Files.createFile(wbin.resolve("az.cmd"));
        Path python = Files.createFile(root.resolve("python.exe"));

        assertThat(onWindows(Map.of(variable, root.resolve("pf").toString())))
                .containsExactly(python.toString(), "-IBm", "azure.cli");
    }

    @Test
    void find_onWindowsWithNothing_isNotInstalled() {
        assertThat(onWindows(Map.of())).isNull();
    }

    private static List<String> onWindows(Map<String, String> variables) {
        return new Tool(environment(variables, true, "/nowhere"), "az").findCommand();
    }

    private static List<String> find(String... namesAndValues) {
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            variables.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Tool(environment(variables, false, "/nowhere"), "az").findCommand();
    }

    private static Environment environment(Map<String, String> variables, boolean windows, String home) {
        return new Environment(variables, false, windows, home);
    }

    private Path folder(String name) throws IOException {
        return Files.createDirectories(root.resolve(name));
    }

    private static Path az(Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("az"));
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }
}
