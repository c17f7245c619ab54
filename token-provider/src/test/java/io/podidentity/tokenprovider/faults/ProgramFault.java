// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.faults;

import static io.podidentity.tokenprovider.faults.Result.ABSENT;
import static io.podidentity.tokenprovider.faults.Result.GARBLED;
import static io.podidentity.tokenprovider.faults.Result.TOKEN;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** One thing that can be wrong with a program, and what must come of it for whoever asks for a token. */
final class ProgramFault {
    /** Puts the program there, in whatever state. */
    interface Setup {
        void install(Path file, String answer) throws IOException;
    }

    final String name;
    final String what;
    final Setup setup;
    private final Result result;
    /** Why there is no token, as a message says it; a pattern. */
    private final String reason;

    private final Map<Program, Result> results = new EnumMap<>(Program.class);
    private final Map<Program, String> reasons = new EnumMap<>(Program.class);
    private boolean hangs;
    private boolean leaves;

    private ProgramFault(String name, String what, Setup setup, Result result, String reason) {
        this.name = name;
        this.what = what;
        this.setup = setup;
        this.result = result;
        this.reason = reason;
    }

    /** What becomes of it with most programs. */
    Result usual() {
        return result;
    }

    Result result(Program program) {
        return results.getOrDefault(program, result);
    }

    /** A pattern of what the failure says between the name of the source and what to do next. */
    String reason(Program program) {
        return reasons.getOrDefault(program, reason).replace("TOOL", program.title());
    }

    /** Whether only the deadline ends it. */
    boolean hangs() {
        return hangs;
    }

    /** Whether a process is left that the program itself has let go. */
    boolean leaves() {
        return leaves;
    }

    @Override
    public String toString() {
        return name;
    }

    private ProgramFault but(Result other, String otherReason, Program... programs) {
        for (Program program : programs) {
            results.put(program, other);
            reasons.put(program, otherReason);
        }
        return this;
    }

    private ProgramFault hanging() {
        hangs = true;
        return this;
    }

    private ProgramFault leaving() {
        leaves = true;
        return this;
    }

    private static Setup script(String text) {
        return (file, answer) -> {
            Path printed = Files.writeString(file.resolveSibling("answer"), answer);
            executable(file, "#!/bin/sh\nanswer=" + printed + "\n" + text + "\n");
        };
    }

    private static void executable(Path file, String text) throws IOException {
        Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
        if (!file.toFile().setExecutable(true)) {
            throw new IOException(file + " cannot be made executable");
        }
    }

    /** All of them. */
    static List<ProgramFault> all() {
        List<ProgramFault> all = new ArrayList<>();
        endings(all);
        outputs(all);
        files(all);
        return all;
    }

    private static ProgramFault add(
            List<ProgramFault> all, String name, String what, Setup setup, Result result, String reason) {
        ProgramFault fault = new ProgramFault(name, what, setup, result, reason);
        all.add(fault);
        return fault;
    }

    private static void endings(List<ProgramFault> all) {
        String late = "TOOL did not answer in time and was stopped";
        add(all, "well", "a good answer", script("/bin/cat $answer"), TOKEN, "");
        add(all, "hangs", "says nothing", script("exec /bin/sleep 600"), ABSENT, late)
                .hanging();
        add(
                        all,
                        "hangs-after-answer",
                        "a good answer, and no end",
                        script("/bin/cat $answer; exec /bin/sleep 600"),
                        ABSENT,
                        late)
                .hanging();
        add(
                        all,
                        "hangs-closed",
                        "closes its outputs, and hangs",
                        script("exec >&- 2>&-; exec /bin/sleep 600"),
                        ABSENT,
                        late)
                .hanging();
        add(
                        all,
                        "ignores-signals",
                        "ignores each signal that can be ignored",
                        script("trap '' HUP INT QUIT TERM USR1 USR2; while :; do /bin/sleep 1; done"),
                        ABSENT,
                        late)
                .hanging();
        add(
                        all,
                        "hangs-in-family",
                        "hangs, with children and their children",
                        script("(/bin/sh -c '(/bin/sleep 600 & exec /bin/sleep 600) & wait' & exec /bin/sleep 600) &\n"
                                + "/bin/sh -c '/bin/sleep 600; :' &\nwait"),
                        ABSENT,
                        late)
                .hanging();
        add(all, "endless-output", "prints as fast as it can", script("exec /bin/cat /dev/zero"), ABSENT, late)
                .hanging();
        add(all, "endless-errors", "the same on its error output", script("exec /bin/cat /dev/zero >&2"), ABSENT, late)
                .hanging();
        add(all, "gigabyte", "prints 1 GB", script("exec /usr/bin/head -c 1000000000 /dev/zero"), ABSENT, late)
                .hanging();
        add(
                        all,
                        "leaves-child",
                        "a good answer, and a process that holds the outputs open",
                        script("/bin/cat $answer; /bin/sleep 600 & exit 0"),
                        TOKEN,
                        "")
                .leaving();
        add(
                all,
                "leaves-noise",
                "a good answer, and a process that prints until nobody reads",
                script("/bin/cat $answer; /bin/cat /dev/zero >&2 & exit 0"),
                TOKEN,
                "");
        add(all, "killed", "is killed by signal 9", script("kill -9 $$"), ABSENT, "TOOL failed with exit code 137");
        add(all, "crashes", "dies by signal 11", script("kill -11 $$"), ABSENT, "TOOL failed with exit code 139");
        add(
                all,
                "killed-after-answer",
                "a good answer, and signal 9",
                script("/bin/cat $answer; kill -9 $$"),
                ABSENT,
                "TOOL failed with exit code 137");
        add(
                all,
                "fails-after-answer",
                "a good answer, and exit code 255",
                script("/bin/cat $answer; exit 255"),
                ABSENT,
                "TOOL failed with exit code 255");
        add(
                all,
                "asks-back",
                "waits for an answer of a person",
                script("read line || { echo no input >&2; exit 3; }"),
                ABSENT,
                "TOOL failed with exit code 3: no input");
        add(
                all,
                "replaced",
                "is replaced by another program while it runs",
                script("/bin/rm -f \"$0\"; echo 'exit 9' > \"$0\"; /bin/cat $answer"),
                TOKEN,
                "");
    }

    private static void outputs(List<ProgramFault> all) {
        String garbled = "TOOL answered, but its answer is not JSON";
        String none = "PowerShell gave no token";
        add(all, "silent", "ends well and prints nothing", script("exit 0"), GARBLED, garbled)
                .but(ABSENT, none, Program.POWERSHELL);
        add(all, "errors-only", "its answer on the error output", script("/bin/cat $answer >&2"), GARBLED, garbled)
                .but(ABSENT, none, Program.POWERSHELL);
        add(
                all,
                "warns",
                "a good answer, and warnings beside it",
                script("echo WARNING: old >&2; /bin/cat $answer"),
                TOKEN,
                "");
        add(
                        all,
                        "much",
                        "prints 1 MB of zero bytes",
                        script("exec /usr/bin/head -c 1000000 /dev/zero"),
                        GARBLED,
                        garbled)
                .but(ABSENT, none, Program.POWERSHELL);
        add(all, "nuls", "prints zero bytes", script("printf '\\0\\0\\0\\0'"), GARBLED, garbled)
                .but(ABSENT, none, Program.POWERSHELL);
        add(
                        all,
                        "nul-before-answer",
                        "a zero byte, and a good answer",
                        script("printf '\\0'; /bin/cat $answer"),
                        GARBLED,
                        garbled)
                .but(ABSENT, none, Program.POWERSHELL);
        add(all, "not-utf-8", "bytes that are no UTF-8", script("printf '\\377\\376\\200'"), GARBLED, garbled)
                .but(ABSENT, none, Program.POWERSHELL);
        add(
                all,
                "bom",
                "a byte order mark, and a good answer",
                script("printf '\\357\\273\\277'; /bin/cat $answer"),
                TOKEN,
                "");
        add(all, "cut", "half of an answer", script("/usr/bin/head -c 40 $answer"), GARBLED, garbled);
        add(all, "twice", "two answers", script("/bin/cat $answer $answer"), TOKEN, "");
        add(all, "talks-before", "a line of text, and a good answer", script("echo Hello; /bin/cat $answer"), TOKEN, "")
                .but(ABSENT, none, Program.POWERSHELL);
        add(all, "talks-after", "a good answer, and a line of text", script("/bin/cat $answer; echo Bye"), TOKEN, "");
        add(all, "page", "a page", script("echo '<html>sign in</html>'"), GARBLED, garbled)
                .but(ABSENT, none, Program.POWERSHELL);
        add(all, "null", "null", script("echo null"), GARBLED, garbled).but(ABSENT, none, Program.POWERSHELL);
        add(all, "list", "a list", script("echo '[]'"), GARBLED, garbled).but(ABSENT, none, Program.POWERSHELL);
        add(
                all,
                "empty-object",
                "an object with nothing in it",
                script("echo '{}'"),
                GARBLED,
                "TOOL answered, but its answer has no (accessToken|token|Token)");
        add(
                all,
                "closes-output",
                "closes its output, and answers",
                script("exec >&-; /bin/cat $answer"),
                ABSENT,
                "TOOL failed with exit code 1");
        add(
                all,
                "disk-full",
                "cannot write for want of space",
                script("/bin/cat $answer >/dev/full"),
                ABSENT,
                "TOOL failed with exit code 1: .*No space left on device");
        add(
                all,
                "escapes",
                "says why with control characters",
                script("printf 'ERROR: \\033[31mred\\033[0m\\a\\r\\n' >&2; exit 1"),
                ABSENT,
                "TOOL failed with exit code 1: .*red.*");
        add(
                all,
                "echoes",
                "says why with a token in it",
                script("printf 'ERROR: ' >&2; /bin/cat $answer >&2; exit 1"),
                ABSENT,
                "TOOL failed with exit code 1");
    }

    private static void files(List<ProgramFault> all) {
        String none = "TOOL is not installed";
        add(all, "missing", "is not there", (file, answer) -> {}, ABSENT, none);
        add(all, "folder", "is a folder", (file, answer) -> Files.createDirectory(file), ABSENT, none);
        add(
                all,
                "not-executable",
                "may not be run",
                (file, answer) -> Files.writeString(file, "#!/bin/sh\necho " + answer),
                ABSENT,
                none);
        add(
                all,
                "dangling",
                "is a link to nothing",
                (file, answer) -> Files.createSymbolicLink(file, file.resolveSibling("gone")),
                ABSENT,
                none);
        add(
                all,
                "loop",
                "is a link to itself",
                (file, answer) -> Files.createSymbolicLink(file, file.getFileName()),
                ABSENT,
                none);
        add(
                all,
                "link",
                "is a link to a good program",
                (file, answer) -> {
                    Path target = file.resolveSibling("elsewhere");
                    script("/bin/cat $answer").install(target, answer);
                    Files.createSymbolicLink(file, target);
                },
                TOKEN,
                "");
        add(
                        all,
                        "empty-file",
                        "is an empty file",
                        (file, answer) -> executable(file, ""),
                        GARBLED,
                        "TOOL answered, but its answer is .*")
                .but(ABSENT, "PowerShell gave no token", Program.POWERSHELL);
        add(
                all,
                "no-interpreter",
                "is for an interpreter that is not there",
                (file, answer) -> executable(file, "#!/nowhere/sh\n"),
                ABSENT,
                "/.* cannot be started: .*\\(?No such file or directory\\)?");
        add(
                all,
                "no-first-line",
                "is a script that does not say of which kind",
                (file, answer) -> executable(file, "echo '" + answer + "'\n"),
                TOKEN,
                "");
        add(
                all,
                "wrong-machine",
                "is a program for another processor",
                (file, answer) ->
                        executable(file, "\u007fELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\u00f3\0\1\0\0\0" + "\0".repeat(100)),
                ABSENT,
                ".*");
    }
}
