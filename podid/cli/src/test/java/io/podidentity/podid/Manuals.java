// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.StringJoiner;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/** Writes completion for shells and the sources of the man pages, for the folder that the build makes of podid. */
final class Manuals {

    private Manuals() {}

    /** Takes the folder for completion and the folder for the sources of the man pages. */
    public static void main(String... folders) throws IOException {
        CommandLine podid = Podid.commandLine("");
        Path completion = Files.createDirectories(Path.of(folders[0]));
        // zsh reads this one too.
        Files.writeString(completion.resolve("podid.bash"), AutoComplete.bash("podid", podid));
        Files.writeString(completion.resolve("podid.fish"), fish(podid.getSubcommands()));
        ManPageGenerator.generateManPage(new File(folders[1]), null, new boolean[0], true, podid.getCommandSpec());
    }

    private static String fish(Map<String, CommandLine> commands) {
        var lines = new StringJoiner("\n", "", "\n");
        commands.forEach((name, command) -> {
            String[] what = command.getCommandSpec().usageMessage().description();
            lines.add("complete -c podid -n __fish_use_subcommand -f -a " + name + description(what));
            command.getCommandSpec().options().forEach(option -> lines.add(fish(name, option)));
        });
        return lines.toString();
    }

    private static String fish(String command, OptionSpec option) {
        var line = new StringBuilder("complete -c podid -n '__fish_seen_subcommand_from " + command + "'");
        for (String name : option.names()) {
            line.append(name.startsWith("--") ? " -l " : " -s ").append(name.replaceFirst("^-+", ""));
        }
        if (option.completionCandidates() != null) {
            line.append(" -x -a '")
                    .append(String.join(" ", option.completionCandidates()))
                    .append('\'');
        } else if (option.arity().max() > 0) {
            line.append(" -r");
        }
        return line + description(option.description());
    }

    private static String description(String... lines) {
        return lines.length == 0
                ? ""
                : " -d '" + lines[0].replace("%n", " ").replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
