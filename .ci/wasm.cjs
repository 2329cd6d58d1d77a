// Runs the library inside node: scenario text and settings in, measures.csv out.
const fs = require('fs');
const [modulePath, scenario, ...settings] = process.argv.slice(2);
WebAssembly.instantiate(fs.readFileSync(modulePath), {}).then(({ instance }) => {
  const { memory, allocate, run, output_length } = instance.exports;
  const put = (text) => {
    const bytes = Buffer.from(text, 'utf8');
    const at = allocate(bytes.length);
    new Uint8Array(memory.buffer, at, bytes.length).set(bytes);
    return [at, bytes.length];
  };
  const [text, textLength] = put(fs.readFileSync(scenario, 'utf8'));
  const [set, setLength] = put(settings.join('\n'));
  const at = run(text, textLength, set, setLength);
  process.stdout.write(Buffer.from(memory.buffer, at, output_length()));
});
