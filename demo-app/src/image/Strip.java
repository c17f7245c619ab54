import static java.lang.classfile.ClassFile.ConstantPoolSharingOption.NEW_POOL;
import static java.lang.classfile.ClassFile.StackMapsOption.DROP_STACK_MAPS;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.instruction.LocalVariable;
import java.lang.classfile.instruction.LocalVariableType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Takes from the jars in a folder what a running pod pays for and does not use: the signatures, since the JVM keeps no
 * class of a signed jar in an AOT cache, and the names of local variables, which only a debugger and the message of a
 * NullPointerException read and the cache holds in memory. Code, line numbers and the names of parameters stay. Maven
 * has checked the jars' checksums when it fetched them.
 */
final class Strip {
    private static final Pattern SIGNATURE = Pattern.compile("META-INF/[^/]+\\.(SF|RSA|EC|DSA)");

    /** Stack maps are those of the original class: to make new ones, all that it refers to would have to be here. */
    private static final ClassFile CLASS_FILE = ClassFile.of(NEW_POOL, DROP_STACK_MAPS);

    private Strip() {}

    public static void main(String[] folder) throws IOException {
        List<Path> jars;
        try (Stream<Path> files = Files.walk(Path.of(folder[0]))) {
            jars = files.filter(file -> file.toString().endsWith(".jar")).toList();
        }
        for (Path jar : jars) {
            strip(jar);
        }
    }

    private static void strip(Path jar) throws IOException {
        FileTime time = Files.getLastModifiedTime(jar);
        Path stripped = jar.resolveSibling(jar.getFileName() + ".stripped");
        try (ZipFile from = new ZipFile(jar.toFile());
                ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(stripped))) {
            for (ZipEntry entry : Collections.list(from.entries())) {
                if (!SIGNATURE.matcher(entry.getName()).matches()) {
                    copy(from, entry, to);
                }
            }
        }
        Files.move(stripped, jar, StandardCopyOption.REPLACE_EXISTING);
        Files.setLastModifiedTime(jar, time);
    }

    private static void copy(ZipFile from, ZipEntry entry, ZipOutputStream to) throws IOException {
        byte[] content = from.getInputStream(entry).readAllBytes();
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTimeLocal(entry.getTimeLocal());
        to.putNextEntry(copy);
        to.write(entry.getName().endsWith(".class") ? withoutLocalVariables(content) : content);
    }

    private static byte[] withoutLocalVariables(byte[] content) {
        MethodTransform ofMethod = (method, element) -> {
            if (element instanceof CodeModel code) {
                method.transformCode(code, withoutLocalVariables(code));
            } else {
                method.with(element);
            }
        };
        return CLASS_FILE.transformClass(CLASS_FILE.parse(content), ClassTransform.transformingMethods(ofMethod));
    }

    private static CodeTransform withoutLocalVariables(CodeModel code) {
        return new CodeTransform() {
            @Override
            public void accept(CodeBuilder stripped, CodeElement element) {
                if (!(element instanceof LocalVariable || element instanceof LocalVariableType)) {
                    stripped.with(element);
                }
            }

            @Override
            public void atEnd(CodeBuilder stripped) {
                code.findAttribute(Attributes.stackMapTable()).ifPresent(stripped::with);
            }
        };
    }
}
