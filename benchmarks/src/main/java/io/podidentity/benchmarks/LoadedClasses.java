// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a JVM loaded, by its log of {@code class+load}.
 *
 * @param all how many classes
 * @param fromClassPath how many of them came from jars and folders, and not from the JDK
 * @param own the names of those from one jar, in the order of loading, and of those that were made from them at run
 *     time (such as lambdas)
 */
record LoadedClasses(int all, int fromClassPath, List<String> own) {
    private static final Pattern LINE = Pattern.compile("(\\S+) source: (\\S+)");

    /**
     * Reads a log.
     *
     * @param jar the jar, or the folder of classes, whose classes are the own ones
     */
    static LoadedClasses of(String log, Path jar) {
        String ownSource = "file:" + jar.toUri().getRawPath();
        int all = 0;
        int fromClassPath = 0;
        List<String> own = new ArrayList<>();
        for (Matcher line = LINE.matcher(log); line.find(); ) {
            all++;
            String source = line.group(2);
            if (source.startsWith("file:")) {
                fromClassPath++;
            }
            if (source.equals(ownSource) || own.contains(source)) {
                own.add(line.group(1));
            }
        }
        return new LoadedClasses(all, fromClassPath, List.copyOf(own));
    }
}
