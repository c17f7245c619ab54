package io.podidentity.benchmarks.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A Java program to be run.
 *
 * @param jdk what runs it
 * @param flags of the JVM
 * @param classPath where its classes are
 * @param mainClass its class
 * @param arguments its arguments
 * @param environment all of its variables
 */
public record Command(
        Jdk jdk,
        List<String> flags,
        String classPath,
        Class<?> mainClass,
        List<String> arguments,
        Map<String, String> environment) {

    /** The same with a flag more. */
    public Command withFlag(String flag) {
        List<String> more = new ArrayList<>(flags);
        more.add(flag);
        return new Command(jdk, more, classPath, mainClass, arguments, environment);
    }

    /** The same with a variable more. */
    public Command withVariable(String name, String value) {
        Map<String, String> more = new TreeMap<>(environment);
        more.put(name, value);
        return new Command(jdk, flags, classPath, mainClass, arguments, more);
    }

    List<String> words() {
        List<String> words = new ArrayList<>();
        words.add(jdk.java().toString());
        words.addAll(flags);
        words.add("-cp");
        words.add(classPath);
        words.add(mainClass.getName());
        words.addAll(arguments);
        return words;
    }
}
