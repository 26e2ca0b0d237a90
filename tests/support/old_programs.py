"""Old programs in the notes' style, for the doctor."""

from __future__ import annotations

NETWORK = """
class neuralNetwork:

    def __init__(self, inputnodes, hiddennodes, outputnodes, learningrate):
        self.inodes = inputnodes
        self.hnodes = hiddennodes
        self.onodes = outputnodes
        self.wih = numpy.random.normal(0.0, pow(self.FAN_HIDDEN, -0.5), (self.hnodes, self.inodes))
        self.who = numpy.random.normal(0.0, pow(self.FAN_OUTPUT, -0.5), (self.onodes, self.hnodes))
        self.lr = learningrate
        self.activation_function = lambda x: scipy.special.expit(x)

    def train(self, inputs_list, targets_list):
        inputs = numpy.array(inputs_list, ndmin=2).T
        targets = numpy.array(targets_list, ndmin=2).T
        hidden = self.activation_function(numpy.dot(self.wih, inputs))
        outputs = self.activation_function(numpy.dot(self.who, hidden))
        output_errors = targets - outputs
        hidden_errors = numpy.dot(self.who.T, output_errors)
        self.who += self.lr * numpy.dot(output_errors * outputs * (1.0 - outputs), hidden.T)
        self.wih += self.lr * numpy.dot(hidden_errors * hidden * (1.0 - hidden), inputs.T)

    def query(self, inputs_list):
        inputs = numpy.array(inputs_list, ndmin=2).T
        return self.activation_function(numpy.dot(self.who, self.activation_function(numpy.dot(self.wih, inputs))))
"""

OLD = (
    """# the network of the book 神经网络
%matplotlib inline
import numpy
import scipy.special
import scipy.misc
import scipy.ndimage
import imageio
import time
"""
    + NETWORK.replace("FAN_HIDDEN", "hnodes").replace("FAN_OUTPUT", "onodes")
    + r"""
begin = time.clock()
n = neuralNetwork(784, 20, 10, 0.2)   # 学习率
training_data_file = open("C:\\Users\\me\\mnist_dataset\\mnist_train.csv", 'r')
training_data_list = training_data_file.readlines()
training_data_file.close()

for e in xrange(2):
    print "epoch", e   # which one
    for record in training_data_list:
        all_values = record.split(',')
        inputs = (numpy.asfarray(all_values[1:]) / 255.0 * 0.99) + 0.01
        targets = numpy.zeros(10, dtype=numpy.float) + 0.01
        targets[int(all_values[0])] = 0.99
        n.train(inputs, targets)
        turned = scipy.ndimage.interpolation.rotate(inputs.reshape(28, 28), 10, cval=0.01, order=1, reshape=False)
        n.train(turned.reshape(784), targets)

try:
    img_array = scipy.misc.imread("my_own_3.png", flatten=True)
except IOError, problem:
    print "not there", problem
second = imageio.imread("my_own_3.png", as_gray=True)
print "same", (img_array == second).all(), img_array.dtype
small = scipy.misc.imresize(img_array, (14, 7))
print "small", small.shape
img_data = ((255.0 - img_array.reshape(784)) / 255.0 * 0.99) + 0.01
label = numpy.argmax(n.query(img_data))
print "answer %d" % label, numpy.asfarray([1,
    2], )   # two numbers
def draw(matplotlib):
    matplotlib.pyplot.imshow(img_array, cmap='Greys', interpolation='None')
"""
)
"""Fails on its second line today; every line can be fixed."""

CLEAN = (
    """import numpy
import scipy.special
"""
    + NETWORK.replace("FAN_HIDDEN", "inodes").replace("FAN_OUTPUT", "hnodes")
    + """
numpy.random.seed(1)
n = neuralNetwork(784, 20, 10, 0.2)
with open("mnist_train.csv") as file:
    records = file.readlines()
for record in records:
    all_values = record.split(",")
    inputs = numpy.asarray(all_values[1:], dtype=float) / 255 * 0.99 + 0.01
    targets = numpy.zeros(10) + 0.01
    targets[int(all_values[0])] = 0.99
    n.train(inputs, targets)
right = sum(
    int(record.split(",")[0]) == numpy.argmax(n.query(numpy.asarray(record.split(",")[1:], float) / 255 * 0.99 + 0.01))
    for record in records
)
print(right / len(records))
"""
)

SNIPPETS: dict[str, tuple[str, str]] = {
    "GS01": ("import numpy as np\nx = np.asfarray(['1'])\n", "np.asarray(['1'], dtype=float)"),
    "GS02": ("import numpy as np\nx = np.zeros(3, np.float)\n", "np.zeros(3, float)"),
    "GS03": ("from scipy.misc import imsave\nimsave('a.png', [[0, 9]])\n", "Image.fromarray"),
    "GS04": ("import scipy.misc as m\nx = m.imresize([[1, 2], [3, 4]], 50)\n", "x = imresize("),
    "GS05": ("from imageio import imread\nx = imread(name, as_gray=True)\n", "from PIL import Image"),
    "GS06": ("from scipy.ndimage.interpolation import rotate\n", "from scipy.ndimage import rotate"),
    "GS07": ("x = open('gone/rows.csv').read()\n", 'open("rows.csv")'),
    "GS08": ("get_ipython().run_line_magic('matplotlib', 'inline')\n", "# get_ipython()"),
    "GS09": ("for k in xrange(3):\n    print k, # no end\n", 'print(k, end=" ") # no end'),
    "GS10": ("def f(:\n", ""),
    "GS11": ("x = open('{here}/rows.csv').read()\n", 'open("rows.csv")'),
    "GS12": ("print\uff08\u201ca\u201d\uff09\n", 'print("a")'),
    "GS13": ("x = '好'\n", "x = '好'"),
    "GS14": ("x = open('pointer.csv').read()\n", ""),
    "GS15": ("for k in [1, 2]:\nprint(k)\n", "    print(k)"),
    "GS20": ("plt.imshow(x, interpolation='None')\n", "interpolation='none'"),
    "GS21": ("import numpy\nw = numpy.random.normal(0.0, pow(h, -0.5), (h, i))\n", ""),
    "GS22": ("learning_rate = 0.9\n", ""),
    "GS23": ("x = v / 255 * 0.99 + 1.01\n", ""),
    "GS24": ("targets[3] = 1\n", ""),
}
"""Code -> a program with that one finding, and its repaired copy."""
