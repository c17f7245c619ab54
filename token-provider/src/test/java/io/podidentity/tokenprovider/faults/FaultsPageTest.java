// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page that tells people what becomes of which fault is made of the table that the tests run. */
class FaultsPageTest {
    private static final Path PAGE = Path.of("..", "docs", "faults.md");
    private static final Path FRESH = Path.of("target", "faults.md");

    @Test
    void page_always_saysWhatIsTested() throws IOException {
        Files.createDirectories(FRESH.getParent());
        Files.writeString(FRESH, page());

        assertThat(Files.readString(PAGE))
                .as("docs/faults.md; copy token-provider/target/faults.md over it")
                .isEqualTo(page());
    }

    private static String page() {
        List<Fault> faults = Fault.all();
        Map<Result, Long> byHttp = faults.stream()
                .flatMap(fault ->
                        Arrays.stream(Leg.values()).filter(fault::concerns).map(fault::result))
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        Map<Result, Long> byProgram = ProgramFault.all().stream()
                .flatMap(fault -> Arrays.stream(Program.values()).map(fault::result))
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        long cases = byHttp.values().stream().mapToLong(Long::longValue).sum();
        StringBuilder page = new StringBuilder();
        page.append("# What a fault leads to\n\n");
        page.append("Made by `FaultsPageTest` from the table that `FaultMatrixIT` runs: ")
                .append(faults.size())
                .append(" faults, ")
                .append(Leg.values().length)
                .append(" ways to a token by HTTP, ")
                .append(cases)
                .append(" cases, each for a caller that waits and for one that does not.\n");
        page.append("Each case runs the real transport against a real socket, and checks: the outcome; the code and ");
        page.append("`isTransient()`; that the call ends with its deadline; that no text shows the token or what was ");
        page.append("sent to sign in; that no thread is left.\n\n");
        page.append("| Outcome | Code | Transient | Cases by HTTP | By a program |\n|---|---|---|---|---|\n");
        for (Result result : Result.values()) {
            if (result != Result.OTHER) {
                page.append("| ")
                        .append(result.title())
                        .append(" | ")
                        .append(result.codes())
                        .append(" | ")
                        .append(byHttp.getOrDefault(result, 0L))
                        .append(" | ")
                        .append(byProgram.getOrDefault(result, 0L))
                        .append(" |\n");
            }
        }
        page.append("\nEach build runs: ")
                .append(titles(Leg::standsForAll))
                .append(". CI runs: ")
                .append(titles(Leg::standsForOthers))
                .append(". `make faults` runs all, with calls that have to end 100 ms after their deadline.\n\n");
        page.append("| Fault | What happens | Outcome | But |\n|---|---|---|---|\n");
        for (Fault fault : faults) {
            page.append("| ")
                    .append(fault.name)
                    .append(" | ")
                    .append(fault.what.replace("|", "\\|"))
                    .append(" | ")
                    .append(fault.usual().title())
                    .append(" | ")
                    .append(exceptions(fault))
                    .append(" |\n");
        }
        page.append("\nWays: ")
                .append(titles(leg -> true))
                .append(". Faults of TLS concern those that use it, and a silent DNS those that have a name.\n");
        programs(page);
        return page.toString();
    }

    private static String titles(Predicate<Leg> which) {
        return Arrays.stream(Leg.values()).filter(which).map(Leg::title).collect(Collectors.joining(", "));
    }

    private static void programs(StringBuilder page) {
        List<ProgramFault> faults = ProgramFault.all();
        page.append("\n## Programs\n\n")
                .append("The same for the programs that a developer signs in to, by `ProgramMatrixIT`: ")
                .append(faults.size())
                .append(" faults of real scripts, ")
                .append(Program.values().length)
                .append(" programs, ")
                .append(faults.size() * Program.values().length)
                .append(" cases, all in each build. Each also checks that the failure says why, and that no process ")
                .append("is left but one that the program itself detached: az has one that sends its statistics. ")
                .append(
                        "One that hangs has four fifths of the deadline; on a busy machine the deadline may come first. ")
                .append("`ProgramHygieneIT` checks what concerns more than one call: 200 callers at once start one ")
                .append("program, 200 runs leave no file open, and what lies in the working folder is never run.\n\n");
        page.append("| Fault | The program | Outcome | But |\n|---|---|---|---|\n");
        for (ProgramFault fault : faults) {
            page.append("| ")
                    .append(fault.name)
                    .append(" | ")
                    .append(fault.what)
                    .append(" | ")
                    .append(fault.usual().title())
                    .append(" | ")
                    .append(Arrays.stream(Program.values())
                            .filter(program -> fault.result(program) != fault.usual())
                            .map(program -> fault.result(program).title() + ": " + program.title())
                            .collect(Collectors.joining("; ")))
                    .append(" |\n");
        }
    }

    private static String exceptions(Fault fault) {
        return Arrays.stream(Leg.values())
                .filter(leg -> fault.concerns(leg) && fault.result(leg) != fault.usual())
                .collect(Collectors.groupingBy(
                        fault::result,
                        java.util.TreeMap::new,
                        Collectors.mapping(Leg::title, Collectors.joining(", "))))
                .entrySet()
                .stream()
                .map(entry -> entry.getKey().title() + ": " + entry.getValue())
                .collect(Collectors.joining("; "));
    }
}
